/** Every table, for Drizzle and its migrations. */
export * from './archives.ts';
export * from './consolidations.ts';
export * from './embeddings.ts';
export * from './erasures.ts';
export * from './graph.ts';
export * from './keys.ts';
export * from './messages.ts';
export * from './requests.ts';
export * from './sessions.ts';
export * from './workspaces.ts';
