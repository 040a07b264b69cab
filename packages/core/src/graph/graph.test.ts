import { rows } from '@pact/db';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eraseSession } from '../erasure.ts';
import { SaveInteraction, saveInteraction } from '../interactions.ts';
import { setPriority } from '../priorities.ts';
import { driverOf, type TestWorld, testWorld } from '../testing.ts';

let world: TestWorld;
let driver: ReturnType<typeof driverOf>;
beforeAll(async () => {
  world = await testWorld();
  driver = driverOf(world);
});
afterAll(() => world.connection.close());

const nodeNamed = async (sessionId: string, name: string) =>
  (await driver.graphOf(sessionId)).nodes.find(({ content, type }) => content === name && type !== 'message');

/** Everything that the graph stores of a session, in an order of its own. */
async function storedGraph(sessionId: string) {
  const { asOwner: db } = world.connection;
  return {
    nodes: await rows(db, sql`select * from memory_nodes where session_id = ${sessionId} order by id`),
    edges: await rows(
      db,
      sql`select * from memory_edges where session_id = ${sessionId} order by from_id, to_id, type`,
    ),
    names: await rows(db, sql`select * from memory_names where session_id = ${sessionId} order by key`),
    counted: await rows(
      db,
      sql`select node_count, edge_count, emotional_state from sessions where id = ${sessionId}`,
    ),
  };
}

describe('the graph of a session', () => {
  test('has one node for a person under all names, with the names beside it', async () => {
    const sessionId = await driver.open();
    await driver.say(sessionId, 'I had lunch with Priya.');
    await driver.say(sessionId, 'Priya Raman told me about Lisbon.');
    await driver.say(sessionId, 'priya was late again');
    const people = (await driver.graphOf(sessionId)).nodes.filter(
      ({ entityType }) => entityType === 'person',
    );
    expect(people).toHaveLength(1);
    expect(people[0]).toMatchObject({ content: 'Priya Raman', type: 'entity', mentions: 3, userMentions: 3 });
    expect(people[0]!.aliases).toEqual(expect.arrayContaining(['Priya', 'priya']));
  });

  test('makes an entity of a word that was a topic before it was written as a name', async () => {
    const sessionId = await driver.open();
    await driver.say(sessionId, 'oleksandr is on holiday');
    expect(await nodeNamed(sessionId, 'oleksandr')).toMatchObject({ type: 'topic' });
    await driver.say(sessionId, 'When will Oleksandr be back?');
    const { nodes } = await driver.graphOf(sessionId);
    const his = nodes.filter(({ content, type }) => /^oleksandr$/i.test(content) && type !== 'message');
    expect(his).toEqual([expect.objectContaining({ type: 'entity', content: 'Oleksandr', mentions: 2 })]);
  });

  test('does not take for the user’s what only the assistant brought up', async () => {
    const sessionId = await driver.open();
    await driver.say(sessionId, 'Recommend a hobby.', 'You could try pottery in Faenza. Pottery is calming.');
    await driver.say(sessionId, 'I prefer chess.', 'Chess it is.');
    const [pottery, chess] = [await nodeNamed(sessionId, 'pottery'), await nodeNamed(sessionId, 'chess')];
    expect(pottery).toMatchObject({ mentions: 1, userMentions: 0 });
    expect(chess).toMatchObject({ mentions: 2, userMentions: 1 });
    expect(pottery!.importance).toBeLessThan(chess!.importance);
    const { edges } = await driver.graphOf(sessionId);
    const weights = (id: string) => edges.filter(({ to, type }) => to === id && type === 'mentions');
    expect(weights(pottery!.id).every(({ weight }) => weight <= 0.35)).toBe(true);
  });

  test('serves edges between 0 and 1', async () => {
    const sessionId = await driver.open();
    for (let at = 0; at < 12; at++)
      await driver.say(sessionId, `The kettle from Ghent is broken again, I am angry! (${at})`);
    const { edges } = await driver.graphOf(sessionId);
    expect(new Set(edges.map(({ type }) => type))).toEqual(
      new Set(['mentions', 'co_occurs', 'evokes', 'expresses']),
    );
    for (const { weight } of edges) {
      expect(weight).toBeGreaterThan(0);
      expect(weight).toBeLessThanOrEqual(1);
    }
  });

  test('ranks a topic high by any of its names, and above everything that is not', async () => {
    const sessionId = await driver.open();
    await driver.say(sessionId, 'Dr. Chen changed my medication.');
    for (let at = 0; at < 8; at++)
      await driver.say(sessionId, `I am thrilled about the kettle number ${at}!`);
    await setPriority(world.ctx, { sessionId, topic: 'Chen', priority: 'high' });
    const { nodes } = await driver.graphOf(sessionId, { limit: 5 });
    expect(nodes[0]).toMatchObject({ content: 'Dr. Chen' });
    expect(nodes[0]!.importance).toBeGreaterThanOrEqual(0.75);
  });

  test('lets go of what is old: messages and days later it weighs less', async () => {
    const sessionId = await driver.open();
    await driver.say(sessionId, 'The kettle is broken.');
    const before = (await nodeNamed(sessionId, 'kettle'))!.importance;
    const { now } = world.clock;
    world.clock.now = new Date(now.getTime() + 90 * 86_400_000);
    const after = (await nodeNamed(sessionId, 'kettle'))!.importance;
    world.clock.now = now;
    expect(after).toBeLessThan(before);
  });
});

describe('saving again', () => {
  const messages = [
    { role: 'user', content: 'Priya Raman is furious about the kettle in Ghent!', externalId: 'm1' },
    { role: 'assistant', content: 'Priya will get a new kettle by March 14.', externalId: 'm2' },
  ];

  test('under the same external ids adds nothing to the graph or the state', async () => {
    const sessionId = await driver.open();
    await driver.bring(sessionId, messages);
    const once = await storedGraph(sessionId);
    expect(once.nodes.length).toBeGreaterThan(3);
    await driver.bring(sessionId, messages);
    await driver.bring(sessionId, messages.toReversed());
    expect(await storedGraph(sessionId)).toEqual(once);
  });

  test('under the same idempotency key adds nothing to the graph or the state', async () => {
    const sessionId = await driver.open();
    const ctx = { ...world.ctx, idempotency: { key: `again ${sessionId}`, requestHash: 'h' } };
    const turn = SaveInteraction.parse({ sessionId, userMessage: messages[0]!.content, aiMessage: 'I see.' });
    const first = await saveInteraction(ctx, turn);
    const once = await storedGraph(sessionId);
    expect(await saveInteraction(ctx, turn)).toEqual(first);
    expect(await storedGraph(sessionId)).toEqual(once);
  });

  test('in two calls or in one makes the same nodes and names', async () => {
    const [together, apart] = [await driver.open(), await driver.open()];
    await driver.bring(together, messages);
    for (const message of messages) await driver.bring(apart, [message]);
    const shapeOf = async (sessionId: string) =>
      (await driver.graphOf(sessionId)).nodes
        .filter(({ type }) => type !== 'message')
        .map(({ type, content, mentions, aliases }) => [type, content, mentions, aliases].join(' '))
        .sort();
    expect(await shapeOf(apart)).toEqual(await shapeOf(together));
  });
});

describe('erasing a session', () => {
  test('takes its mentions, nodes and names with it, and leaves those of another session', async () => {
    const [gone, kept] = [await driver.open(), await driver.open()];
    for (const sessionId of [gone, kept]) await driver.say(sessionId, 'Priya Raman loves the kettle.');
    const before = await storedGraph(kept);
    const { stores } = await eraseSession(world.ctx, { sessionId: gone });
    expect(stores.find(({ store }) => store === 'memory_names')?.removed).toBeGreaterThan(0);
    expect(await storedGraph(gone)).toEqual({ nodes: [], edges: [], names: [], counted: [] });
    expect(await storedGraph(kept)).toEqual(before);
  });
});
