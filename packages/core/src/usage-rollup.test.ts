import { rows, usage } from '@pact/db';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestWorld, testWorld } from './testing.ts';
import { rollUpUsage } from './usage-rollup.ts';

let world: TestWorld;
beforeAll(async () => {
  world = await testWorld();
});
afterAll(() => world.connection.close());

test('usage of days that are over stands in one row each, and every sum is as it was', async () => {
  const { ctx } = world;
  const days = ['2026-11-23', '2026-11-22', '2026-11-21', '2026-11-20', '2026-10-31'];
  const insert = (keyId: string, day: string, slot: number, base: number) =>
    ctx.db.insert(usage).values({
      workspaceId: 'wks_ours',
      keyId,
      day,
      slot,
      writes: base,
      messagesStored: base * 2,
      tokensStored: base * 3,
      requests: base * 5,
      tokensServed: base * 7,
      tokensSaved: base * 11,
      modelCalls: base * 13,
      modelInputTokens: base * 17,
      modelOutputTokens: base * 19,
    });
  for (const keyId of ['key_a', 'key_b']) {
    for (const [at, day] of days.entries()) {
      for (let slot = 0; slot < 16; slot++) await insert(keyId, day, slot, 1_000_000_007 + at * 100 + slot);
    }
  }
  const sums = () =>
    rows(
      ctx.db,
      sql`select key_id, day::text, ${sql.raw(
        ['writes', 'messages_stored', 'tokens_stored', 'requests', 'tokens_served', 'tokens_saved']
          .concat('model_calls', 'model_input_tokens', 'model_output_tokens')
          .map((name) => `sum(${name})::text as ${name}`)
          .join(', '),
      )} from usage group by key_id, day order by key_id, day`,
    );
  const counts = async () =>
    (
      await rows<{ count: number }>(
        ctx.db,
        sql`select count(*)::int as count from usage group by key_id, day order by day desc, key_id`,
      )
    ).map(({ count }) => count);
  const before = await sums();
  expect(await rollUpUsage(ctx)).toBe(4);
  expect(await sums()).toEqual(before);
  expect(await counts()).toEqual([16, 16, 16, 16, 16, 16, 1, 1, 1, 1]);
  expect(await rollUpUsage(ctx)).toBe(0);
  // A save that was under way when the day turned is taken in later.
  await insert('key_a', '2026-10-31', 3, 5);
  const late = await sums();
  expect(await rollUpUsage(ctx)).toBe(1);
  expect(await sums()).toEqual(late);
  expect(await counts()).toEqual([16, 16, 16, 16, 16, 16, 1, 1, 1, 1]);
});
