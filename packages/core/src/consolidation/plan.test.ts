import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { models } from '../testing.ts';
import { type Judged, type PlanInput, planConsolidation, summaryBudget } from './plan.ts';
import { renderSentences } from './render.ts';

const AT = new Date('2026-11-23T09:00:00Z');

function said(sequence: number, content: string, more: Partial<Judged> = {}): Judged {
  return {
    id: `msg_${String(sequence).padStart(4, '0')}`,
    sequence,
    role: sequence % 2 === 1 ? 'user' : 'assistant',
    name: null,
    content,
    occurredAt: AT,
    intensity: 0,
    tokens: models.countTokens(content),
    placement: 'live',
    keptReason: null,
    ...more,
  };
}

function plan(messages: Judged[], more: Partial<PlanInput> = {}) {
  return planConsolidation(models, {
    messages,
    recent: 2,
    sentences: [],
    high: [],
    low: [],
    tokenThreshold: 2_000,
    messageCount: messages.length,
    foldedTokens: 0,
    ...more,
  });
}

const conversation = [
  said(1, 'My name is Priya and I moved to Lisbon last month.'),
  said(2, 'Welcome to Lisbon, Priya.'),
  said(3, 'I ordered a kettle, number 4471, and it never came.'),
  said(4, 'I am sorry to hear that. I will look into order 4471.'),
  said(5, 'I am furious about the kettle!', { intensity: 0.8 }),
  said(6, 'I understand.'),
  said(7, 'What is the weather like?'),
  said(8, 'Sunny.'),
];

describe('a consolidation plan', () => {
  test('folds what is old and keeps the recent', () => {
    const { foldedIds } = plan(conversation);
    expect(foldedIds).not.toContain('msg_0007');
    expect(foldedIds).not.toContain('msg_0008');
    expect(foldedIds).toContain('msg_0001');
  });

  test('keeps an emotional highlight verbatim, and says why', () => {
    const { kept, foldedIds } = plan(conversation);
    expect(kept).toEqual([{ id: 'msg_0005', reason: 'emotion' }]);
    expect(foldedIds).not.toContain('msg_0005');
  });

  test('does not keep courtesy verbatim, however warm', () => {
    const { kept } = plan([said(1, 'Ok, thanks so much!', { intensity: 0.9 }), ...conversation.slice(1)]);
    expect(kept.map(({ id }) => id)).toEqual(['msg_0005']);
  });

  test('keeps the messages of a high-priority topic verbatim', () => {
    const { kept } = plan(conversation, { high: ['Lisbon'] });
    expect(kept).toContainEqual({ id: 'msg_0001', reason: 'priority' });
    expect(kept).toContainEqual({ id: 'msg_0002', reason: 'priority' });
  });

  test('gives each sentence the ids that it came from', () => {
    const { sentences, foldedIds } = plan(conversation);
    expect(sentences.length).toBeGreaterThan(0);
    for (const { sourceIds } of sentences) {
      expect(sourceIds.length).toBeGreaterThan(0);
      for (const id of sourceIds) expect(foldedIds).toContain(id);
    }
  });

  test('keeps the facts: names, places, numbers', () => {
    const summary = renderSentences(plan(conversation).sentences);
    expect(summary).toContain('Priya');
    expect(summary).toContain('Lisbon');
    expect(summary).toContain('4471');
  });

  test('lets low-priority topics go first', () => {
    const plants = [
      'roses',
      'tulips',
      'apple trees',
      'tomatoes',
      'lavender',
      'a hedge',
      'ferns',
      'beans',
      'ivy',
      'onions',
    ];
    const banks = [
      'a loan',
      'savings',
      'interest',
      'a mortgage',
      'bonds',
      'a transfer',
      'fees',
      'insurance',
      'a card',
      'taxes',
    ];
    const many = plants.flatMap((plant, at) => [
      said(2 * at + 1, `For gardening with Martin I want ${plant} by the fence, ${at + 3} of them.`, {
        role: 'user',
      }),
      said(2 * at + 2, `At the bank in Geneva I asked about ${banks[at]}, and they need ${at + 3} papers.`, {
        role: 'user',
      }),
    ]);
    const { sentences } = plan(many, { low: ['gardening'], tokenThreshold: 600 });
    const low = sentences.filter(({ text }) => text.includes('gardening'));
    const other = sentences.filter(({ text }) => text.includes('Geneva'));
    expect(other.length).toBeGreaterThan(0);
    expect(low.length).toBeLessThan(other.length);
  });

  test('folds 808 copies of one preference into one sentence', () => {
    const copies = Array.from({ length: 808 }, (_, at) =>
      said(at + 1, 'I prefer oat milk in my coffee.', { role: 'user' }),
    );
    const { sentences } = plan(copies);
    expect(sentences).toHaveLength(1);
    expect(sentences[0]?.sourceIds.length).toBeGreaterThan(1);
  });

  test.each([
    [
      'a negation',
      'I am allergic to peanuts and shellfish, says doctor Smith.',
      'I am not allergic to peanuts and shellfish, says doctor Smith.',
    ],
    [
      'a number',
      'The train to Porto leaves from gate 12 in Lisbon today.',
      'The train to Porto leaves from gate 14 in Lisbon today.',
    ],
    [
      'an order',
      'Send 50 euros from account 111 to account 222 for Ana.',
      'Send 50 euros from account 222 to account 111 for Ana.',
    ],
  ])('keeps both of two sentences that differ by %s', (_, one, other) => {
    const { sentences } = plan([said(1, one), said(3, other), said(5, 'a'), said(7, 'b')]);
    expect(sentences.map(({ sourceIds }) => sourceIds)).toEqual([['msg_0001'], ['msg_0003']]);
  });

  test('dates every relative day of a sentence, and none in a quotation or a title', () => {
    const dated = (content: string) =>
      renderSentences(plan([said(1, content), said(3, 'a'), said(5, 'b')]).sentences);
    expect(dated('I met Ana yesterday and I fly to Rome tomorrow.')).toContain(
      'yesterday (22 November 2026). I fly to Rome tomorrow (24 November 2026).',
    );
    expect(dated('I told John Smith "see you tomorrow" last May.')).toContain('tomorrow" last May.');
    expect(dated('My film is The Day After Tomorrow by Emmerich.')).toContain('The Day After Tomorrow by');
  });

  test('changes nothing when it is planned again on its own outcome', () => {
    const first = plan(conversation, { high: ['Lisbon'] });
    const reason = new Map(first.kept.map(({ id, reason: why }) => [id, why]));
    const left = conversation
      .filter(({ id }) => !first.foldedIds.includes(id))
      .map((message) =>
        reason.has(message.id)
          ? { ...message, placement: 'kept' as const, keptReason: reason.get(message.id)! }
          : message,
      );
    const second = plan(left, {
      high: ['Lisbon'],
      sentences: first.sentences,
      messageCount: conversation.length,
      foldedTokens: conversation
        .filter(({ id }) => first.foldedIds.includes(id))
        .reduce((sum, { tokens }) => sum + tokens, 0),
    });
    expect(second.changes).toBe(false);
    expect(second.foldedIds).toEqual([]);
    expect(second.sentences).toEqual(first.sentences);
  });

  test('says the day behind a relative one', () => {
    const { sentences } = plan([
      said(1, 'I spoke to Marek yesterday about the loan.'),
      said(2, 'a'),
      said(3, 'b'),
    ]);
    expect(sentences.map(({ text }) => text).join()).toContain('yesterday (22 November 2026)');
  });

  test('of a hundred thousand near-duplicates says one sentence', () => {
    const ways = [
      'I prefer oat milk in my coffee.',
      'I really prefer oat milk in my coffee!',
      'Well, I prefer oat milk in coffee',
    ];
    const copies = Array.from({ length: 100_000 }, (_, at) =>
      said(at + 1, ways[at % 3]!, { role: 'user', tokens: 8 }),
    );
    const { sentences, foldedIds } = plan(copies);
    expect(sentences).toHaveLength(1);
    expect(foldedIds).toHaveLength(99_998);
  });

  test('in two steps keeps what one step keeps, where there is room for all', () => {
    const one = plan(conversation, { recent: 0 });
    const first = plan(conversation.slice(0, 4), { recent: 0 });
    const second = plan(conversation.slice(4), {
      recent: 0,
      sentences: first.sentences,
      messageCount: conversation.length,
      foldedTokens: conversation.slice(0, 4).reduce((sum, { tokens }) => sum + tokens, 0),
    });
    const kept = (sentences: { text: string }[]) => sentences.map(({ text }) => text);
    expect(kept(second.sentences)).toEqual(expect.arrayContaining(kept(one.sentences)));
  });

  test('stays within the summary budget, whatever is said', () => {
    const messages = fc.array(fc.string({ maxLength: 200, unit: 'grapheme' }), { maxLength: 20 });
    fc.assert(
      fc.property(messages, fc.integer({ min: 100, max: 4_000 }), (contents, tokenThreshold) => {
        const judged = contents.map((content, at) => said(at + 1, content));
        const { sentences, foldedIds, kept } = plan(judged, {
          recent: Math.min(2, judged.length),
          tokenThreshold,
        });
        const tokens = sentences.reduce((sum, sentence) => sum + sentence.tokens, 0);
        expect(tokens).toBeLessThanOrEqual(summaryBudget(tokenThreshold, Number.POSITIVE_INFINITY));
        expect(foldedIds.length + kept.length).toBe(Math.max(0, judged.length - 2));
      }),
      { numRuns: 50 },
    );
  });
});
