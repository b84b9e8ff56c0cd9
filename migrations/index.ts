import { CreateTables1764000000000 } from './1764000000000-create-tables.js';

/** Every step of the schema, oldest first. A step that was released is never edited: a change is a new step. */
export const MIGRATIONS = [CreateTables1764000000000];
