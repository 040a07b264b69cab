import { messages, type SummarySentence, type WordedSummary } from '@pact/db';
import { and, desc, eq, gt, inArray } from 'drizzle-orm';
import { z } from 'zod';
import { readableTexts } from '../archive/texts.ts';
import { currentSummary, presentSentence, SummarySentenceAnswer } from '../consolidation/index.ts';
import { renderSentences } from '../consolidation/render.ts';
import { bearingOn, byWorth, fitSentences } from '../consolidation/select.ts';
import type { Ctx } from '../ctx.ts';
import { EmotionalSummary, EmotionName, stateOf, summarizeState } from '../emotions/index.ts';
import { tracksEmotion } from '../emotions/tracking.ts';
import { id, text } from '../fields.ts';
import { IS_KEPT, Message, presentMessage, selectMessages } from '../messages.ts';
import { searchSession } from '../recall/index.ts';
import { findSession, type SessionRow } from '../sessions.ts';
import { allot, type Candidate, sacrificeOrder } from './budget.ts';
import {
  type ContextParts,
  type Prompt,
  renderAnthropic,
  renderOpenAi,
  renderState,
  renderText,
} from './format.ts';

/** Recent messages that one context considers, however long the session: what bounds its cost. */
const MAX_CONSIDERED = 400;
/** Messages that a query finds, and how many of the best bring the message before and after them. */
const RECALLED = 40;
const WITH_NEIGHBOURS = 12;
/** Tokens of the line that announces the summary. */
const SUMMARY_HEADING = 8;
/** Tokens of a message beside its content, by format: `user: ` and a line break, or its JSON. */
const MESSAGE_OVERHEAD = { json: 5, text: 5, openai: 14, anthropic: 14 };

export const GetContext = z.object({
  sessionId: id(),
  maxTokens: z.int().min(1).max(1_000_000).default(2_000),
  includeEmotional: z.boolean().default(true),
  query: text(4_000)
    .optional()
    .meta({ description: 'What the agent is about to answer: turns that bear on it are served too.' }),
  format: z.enum(['json', 'text', 'openai', 'anthropic']).default('json'),
});

const ChatMessage = z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() });

export const Context = z
  .object({
    sessionId: id(),
    messages: z.array(Message),
    emotionalState: EmotionName.nullable().meta({
      description:
        'Where the user stands, in one word; null when not asked for, or when emotion is not tracked.',
    }),
    emotionalDetail: EmotionalSummary.nullable(),
    consolidatedSummary: z.string().meta({ description: 'Empty until something folded.' }),
    summaryModel: z.string().optional().meta({
      description:
        'Set when a model provider worded the summary: by which model. `summary_sentences` is what it worded.',
    }),
    summarySentences: z.array(SummarySentenceAnswer),
    tokenCount: z.int().meta({
      description: 'Tokens (o200k_base) of summary, state and messages as served; never above max_tokens.',
    }),
    truncated: z.boolean().meta({ description: 'True when something did not fit.' }),
    dropped: z
      .array(
        z.object({ id: id(), reason: z.enum(['over_budget', 'longer_than_budget', 'archive_unavailable']) }),
      )
      .meta({
        description: `What was considered and left out; at most the latest ${MAX_CONSIDERED} are considered.`,
      }),
    prompt: z
      .union([
        z.string(),
        z.array(ChatMessage),
        z.object({ system: z.string(), messages: z.array(ChatMessage) }),
      ])
      .optional()
      .meta({
        description: 'For `format` text, openai or anthropic: the same context, ready to send to a model.',
      }),
  })
  .meta({ id: 'Context' });

type Format = z.output<typeof GetContext>['format'];

/**
 * What the agent should see now, within a token budget: the summary of what folded, highlights, the latest turns, the
 * state. Reads a bounded number of rows whatever the length of the session. @throws {PactError} not_found.
 * @returns beside the context, `sessionTokens`: those of all the session's messages, in whose place it is served. For
 * counting; the wire does not carry it.
 */
export async function getContext(
  ctx: Ctx,
  input: z.output<typeof GetContext>,
): Promise<z.output<typeof Context> & { sessionTokens: number }> {
  const session = await findSession(ctx, input.sessionId);
  // Where nothing may be read of the user, "seems neutral" would be a claim.
  const isFelt = input.includeEmotional && (await tracksEmotion(ctx, session.id));
  const state = isFelt ? summarizeState(stateOf(session)) : null;
  const candidates = await findCandidates(ctx, session, input.query);
  const { sentences: folded, worded } = await currentSummary(ctx, session);
  const reserved =
    (state ? ctx.models.countTokens(renderState(state)) + 2 : 0) + (folded.length > 0 ? SUMMARY_HEADING : 0);
  const messageOverhead = MESSAGE_OVERHEAD[input.format];
  const allotment = allot(candidates, folded, { maxTokens: input.maxTokens, reserved, messageOverhead });
  const { loaded, unreadable } = await load(ctx, session, allotment.chosen, isFelt);
  const readable = allotment.chosen.filter((candidate) => !unreadable.has(candidate.id));
  const sentences = sentencesBeside(folded, readable, input.query);
  const draft: Draft = {
    sentences: fitSentences(ctx.models, sentences, allotment.summaryTokens),
    state,
    messages: loaded,
    sacrifices: sacrificeOrder(candidates, allotment.chosen).map((candidate) => candidate.id),
  };
  const served =
    (sentences.length > 0 && worded && withWording(ctx, draft, { sentences: folded, worded }, input)) ||
    trim(ctx, draft, input.maxTokens, input.format);
  const servedIds = new Set(served.parts.messages.map((message) => message.id));
  // A neighbour was never asked for: that it did not fit is no loss.
  const dropped = candidates.filter(
    ({ id: messageId, source }) => !servedIds.has(messageId) && source !== 'neighbour',
  );
  return {
    sessionId: session.id,
    messages: served.parts.messages,
    emotionalState: served.parts.state?.currentEmotion ?? null,
    emotionalDetail: served.parts.state,
    consolidatedSummary: served.parts.summary,
    ...(served.model === undefined ? {} : { summaryModel: served.model }),
    summarySentences: served.sentences.map(presentSentence),
    tokenCount: served.tokens,
    truncated:
      dropped.length > 0 || served.sentences.length < sentences.length || served.parts.state !== state,
    dropped: presentDropped(dropped, unreadable, input.maxTokens),
    ...(input.format === 'json' ? {} : { prompt: render(served.parts, input.format) }),
    sessionTokens: session.tokenCount,
  };
}

function presentDropped(dropped: Candidate[], unreadable: ReadonlySet<string>, maxTokens: number) {
  const reasonOf = ({ id: messageId, tokens }: Candidate) => {
    if (unreadable.has(messageId)) return 'archive_unavailable' as const;
    return tokens > maxTokens ? ('longer_than_budget' as const) : ('over_budget' as const);
  };
  return dropped
    .sort((a, b) => a.sequence - b.sequence)
    .map((candidate) => ({ id: candidate.id, reason: reasonOf(candidate) }));
}

/** The summary's sentences that say more than the messages served beside them, those first that bear on the query. */
function sentencesBeside(
  sentences: SummarySentence[],
  chosen: Candidate[],
  query?: string,
): SummarySentence[] {
  const served = new Set(chosen.map((candidate) => candidate.id));
  const others = sentences.filter(({ sourceIds }) => !sourceIds.every((source) => served.has(source)));
  return query === undefined ? others : bearingOn(query, others);
}

interface Draft {
  sentences: SummarySentence[];
  state: ContextParts['state'];
  messages: ContextParts['messages'];
  /** Ids of the messages, the first to give up first. */
  sacrifices: string[];
}

interface Served {
  parts: ContextParts;
  sentences: SummarySentence[];
  tokens: number;
  /** Set: the summary is in that model's words. */
  model?: string;
}

/**
 * The draft with the whole summary in a model's words; undefined where that does not fit beside everything chosen: its
 * sentences can be cut, a wording cannot.
 */
function withWording(
  ctx: Ctx,
  { state, messages: loaded }: Draft,
  { sentences, worded }: { sentences: SummarySentence[]; worded: WordedSummary },
  { maxTokens, format }: z.output<typeof GetContext>,
): Served | undefined {
  const parts: ContextParts = { summary: worded.text, state, messages: loaded };
  const tokens = ctx.models.countTokens(servedText(parts, format));
  return tokens <= maxTokens ? { parts, sentences, tokens, model: worded.model } : undefined;
}

/**
 * Counts what is really served, and gives up as little as makes it fit: messages first, then sentences of the summary,
 * the least worth first, then the state, and the newest message at last. Found by halving, so that a wrong estimate costs
 * a few counts and not hundreds.
 */
function trim(ctx: Ctx, draft: Draft, maxTokens: number, format: Format): Served {
  // All messages but the newest, each sentence, the state, the newest message.
  const most = Math.max(0, draft.sacrifices.length - 1) + draft.sentences.length + 2;
  const tried = new Map<number, Served>();
  const serve = (steps: number) => {
    const served = tried.get(steps) ?? without(ctx, draft, steps, format);
    tried.set(steps, served);
    return served;
  };
  let tooFew = -1;
  let enough = most;
  while (enough - tooFew > 1) {
    const middle = tooFew < 0 ? 0 : Math.floor((tooFew + enough) / 2);
    if (serve(middle).tokens <= maxTokens) enough = middle;
    else tooFew = middle;
  }
  return serve(enough);
}

/** The draft after so many sacrifices. */
function without(ctx: Ctx, draft: Draft, steps: number, format: Format): Served {
  const { sacrifices } = draft;
  const early = Math.max(0, sacrifices.length - 1);
  const isLast = steps >= early + draft.sentences.length + 2;
  const gone = new Set(sacrifices.slice(0, isLast ? sacrifices.length : Math.min(steps, early)));
  const lost = Math.min(draft.sentences.length, Math.max(0, steps - early));
  const staying = new Set([...draft.sentences].sort(byWorth).slice(0, draft.sentences.length - lost));
  const sentences = draft.sentences.filter((sentence) => staying.has(sentence));
  const parts: ContextParts = {
    summary: renderSentences(sentences),
    state: steps > early + draft.sentences.length ? null : draft.state,
    messages: draft.messages.filter((message) => !gone.has(message.id)),
  };
  const isEmpty = sentences.length === 0 && parts.state === null && parts.messages.length === 0;
  return { parts, sentences, tokens: isEmpty ? 0 : ctx.models.countTokens(servedText(parts, format)) };
}

/** The text that the budget is held against: what a model would read. */
function servedText(parts: ContextParts, format: Format): string {
  return format === 'openai' || format === 'anthropic'
    ? JSON.stringify(render(parts, format))
    : renderText(parts);
}

function render(parts: ContextParts, format: Format): Prompt | string {
  if (format === 'openai') return renderOpenAi(parts);
  return format === 'anthropic' ? renderAnthropic(parts) : renderText(parts);
}

/** Ids and sizes only: content is read for what is served, not for what is considered. Recalled and newest first. */
async function findCandidates(ctx: Ctx, session: SessionRow, query?: string): Promise<Candidate[]> {
  const columns = { id: messages.id, sequence: messages.sequence, tokens: messages.tokens };
  const ofSession = and(eq(messages.workspaceId, session.workspaceId), eq(messages.sessionId, session.id));
  const recalled = query ? await searchSession(ctx, { sessionId: session.id, query, limit: RECALLED }) : [];
  const beside = await neighboursOf(ctx, session, recalled.slice(0, WITH_NEIGHBOURS));
  const recent = await ctx.db
    .select(columns)
    .from(messages)
    .where(and(ofSession, gt(messages.sequence, session.consolidatedThrough), eq(messages.placement, 'live')))
    .orderBy(desc(messages.sequence))
    .limit(MAX_CONSIDERED);
  const kept = await ctx.db
    .select({ ...columns, reason: messages.keptReason })
    .from(messages)
    .where(and(ofSession, IS_KEPT))
    .orderBy(desc(messages.sequence))
    .limit(MAX_CONSIDERED);
  const byId = new Map<string, Candidate>();
  for (const row of recalled) byId.set(row.id, { ...row, source: 'recall' });
  const newest = recent[0];
  // The newest message is recent even when the query finds it: it is served before anything else.
  if (newest) byId.set(newest.id, { ...newest, source: 'recent' });
  for (const { reason, ...row } of kept)
    if (!byId.has(row.id)) byId.set(row.id, { ...row, source: reason ?? 'emotion' });
  for (const row of beside) if (!byId.has(row.id)) byId.set(row.id, { ...row, source: 'neighbour' });
  for (const row of recent) if (!byId.has(row.id)) byId.set(row.id, { ...row, source: 'recent' });
  return [...byId.values()];
}

/** The messages before and after each hit, those of the best hit first. */
async function neighboursOf({ db }: Ctx, session: SessionRow, hits: { sequence: number }[]) {
  const wanted = [...new Set(hits.flatMap(({ sequence }) => [sequence + 1, sequence - 1]))];
  if (wanted.length === 0) return [];
  const found = await db
    .select({ id: messages.id, sequence: messages.sequence, tokens: messages.tokens })
    .from(messages)
    .where(
      and(
        eq(messages.workspaceId, session.workspaceId),
        eq(messages.sessionId, session.id),
        inArray(messages.sequence, wanted),
      ),
    );
  return found.sort((a, b) => wanted.indexOf(a.sequence) - wanted.indexOf(b.sequence));
}

async function load(ctx: Ctx, session: SessionRow, chosen: Candidate[], includeEmotional: boolean) {
  if (chosen.length === 0) return { loaded: [], unreadable: new Set<string>() };
  const found = await selectMessages(ctx.db)
    .where(
      and(
        eq(messages.workspaceId, session.workspaceId),
        eq(messages.sessionId, session.id),
        // By sequence, which with workspace and session is a whole index: any other look-up may walk the session.
        inArray(
          messages.sequence,
          chosen.map((candidate) => candidate.sequence),
        ),
      ),
    )
    .orderBy(messages.sequence);
  const { readable, unreadable } = await readableTexts(ctx, found);
  return {
    loaded: readable.map((row) => presentMessage(row, includeEmotional)),
    unreadable: new Set(unreadable.map((row) => row.id)),
  };
}
