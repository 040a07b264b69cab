import { fileURLToPath } from 'node:url';

/** Named SQL files, applied in order, never edited. */
export const MIGRATIONS_FOLDER = fileURLToPath(new URL('../migrations', import.meta.url));
