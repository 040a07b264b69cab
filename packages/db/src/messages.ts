import { sql } from 'drizzle-orm';
import {
  customType,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { createdAt, instant, workspaceId } from './columns.ts';
import { toSession } from './sessions.ts';

const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' });
const bytea = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' });

/** What was said, unchanged, in the order of arrival. Folding a message never deletes its row. */
export const messages = pgTable(
  'messages',
  {
    workspaceId: workspaceId(),
    sessionId: text('session_id').notNull(),
    id: text('id').notNull(),
    /** 1, 2, 3 … within the session, in order of arrival. */
    sequence: integer('sequence').notNull(),
    interactionId: text('interaction_id'),
    externalId: text('external_id'),
    role: text('role', { enum: ['user', 'assistant', 'system', 'tool'] }).notNull(),
    name: text('name'),
    content: text('content').notNull(),
    tokens: integer('tokens').notNull(),
    /** live: not judged yet · kept: judged, stays verbatim · folded: its place in the context is taken by the summary. */
    placement: text('placement', { enum: ['live', 'kept', 'folded'] }).notNull(),
    keptReason: text('kept_reason', { enum: ['priority', 'emotion'] }),
    occurredAt: instant('occurred_at').notNull(),
    createdAt: createdAt(),
    /** What recall reads of a message: terms, word pieces, vector, cues. Null in rows from before it was kept. */
    features: bytea('features'),
    /** Set: the text is in that archive, and `content` is empty. */
    archiveId: text('archive_id'),
    /** Stays when the text goes to the archive. A tsvector may hold 1 MB at most; 100,000 characters of distinct words stay below it. */
    search: tsvector('search').default(sql`''::tsvector`),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.id] }),
    toSession(table),
    // Serves paging, the recent turns of the context, and the neighbours of a hit.
    uniqueIndex('messages_sequence').on(table.workspaceId, table.sessionId, table.sequence),
    // Serves the kept highlights of the context: without it their search walks the whole session.
    index('messages_kept')
      .on(table.workspaceId, table.sessionId, table.sequence)
      .where(sql`${table.placement} = 'kept'`),
    // Serves an import that is sent twice.
    uniqueIndex('messages_external_id')
      .on(table.workspaceId, table.sessionId, table.externalId)
      .where(sql`${table.externalId} is not null`),
    // Serves finding the sessions to look at in a scope too large to be ranked whole.
    index('messages_search').using('gin', table.workspaceId, table.search),
  ],
);

/** The words of one message that carried its emotion: UTF-16 offsets into the content. */
export interface EmotionWord {
  text: string;
  start: number;
  end: number;
  weight: number;
}

/** A reading of one message by a model of a provider. */
export interface ModelReading {
  model: string;
  emotion: string;
  valence: number;
  arousal: number;
}

/** How a user's message read by itself, and where it left the session's state. */
export const emotionalStates = pgTable(
  'emotional_states',
  {
    workspaceId: workspaceId(),
    sessionId: text('session_id').notNull(),
    messageId: text('message_id').notNull(),
    sequence: integer('sequence').notNull(),
    emotion: text('emotion').notNull(),
    confidence: doublePrecision('confidence').notNull(),
    valence: doublePrecision('valence').notNull(),
    arousal: doublePrecision('arousal').notNull(),
    words: jsonb('words').$type<EmotionWord[]>().notNull(),
    stateEmotion: text('state_emotion').notNull(),
    stateValence: doublePrecision('state_valence').notNull(),
    stateArousal: doublePrecision('state_arousal').notNull(),
    /** What a configured model provider made of the message, beside the built-in reading and never in its place. */
    modelReading: jsonb('model_reading').$type<ModelReading>(),
    occurredAt: instant('occurred_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.messageId] }),
    toSession(table),
    // Serves the history of the emotional state, newest first.
    index('emotional_states_sequence').on(table.workspaceId, table.sessionId, table.sequence.desc()),
  ],
);
