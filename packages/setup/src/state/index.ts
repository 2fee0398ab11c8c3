export {
  findLegacyState,
  type LegacyState,
  migrateState,
  type StateMigration,
  type StateMigrationInput,
} from "./migrate-state.ts";
export { formerStateDir, takeOverStateDir } from "./state-directory.ts";
