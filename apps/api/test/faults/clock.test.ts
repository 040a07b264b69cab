import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiWorld, apiWorld, send } from '../world.ts';

let world: ApiWorld;
let key: string;
beforeAll(async () => {
  world = await apiWorld();
  ({ secret: key } = await world.key('wks_clock', { plan: 'pro', rateLimited: true }));
});
afterAll(() => world.close());

const move = (milliseconds: number) => {
  world.clock.now = new Date(world.clock.now.getTime() + milliseconds);
};

test('a clock that jumps back by a day: saves are answered, in their order, and read at once', async () => {
  const { body } = await send(world, 'POST', '/sessions', { key, body: { consolidation_threshold: 6 } });
  const path = `/sessions/${body.session_id}`;
  const texts: string[] = [];
  for (let at = 0; at < 10; at += 1) {
    if (at === 4) move(-24 * 3_600_000);
    const text = `Parcel ${at} went to Vienna with my sister Ana.`;
    texts.push(text);
    const saved = await send(world, 'POST', `${path}/interactions`, {
      key,
      body: { user_message: text, ai_message: 'Noted.' },
      headers: { 'idempotency-key': `parcel-${at}` },
    });
    expect(saved.status).toBe(201);
    const context = await send(world, 'GET', `${path}/context`, { key });
    expect(context.body.messages.at(-2).content).toBe(text);
    move(1_000);
  }
  const { body: all } = await send(world, 'GET', `${path}/messages?limit=200`, { key });
  expect(
    all.data
      .filter(({ role }: { role: string }) => role === 'user')
      .map(({ content }: { content: string }) => content),
  ).toEqual(texts);
  const found = await send(world, 'POST', '/recall', {
    key,
    body: { query: 'parcel 9', session_id: body.session_id },
  });
  expect(found.body.results[0].message.content).toContain('Parcel 9');
  expect((await send(world, 'GET', path, { key })).body.folded_count).toBeGreaterThan(0);
});
