// Keys of former releases and unknown keys. Loaded when a file has some.
export { type MigratedConfig, migrateConfig } from "./migrate-config.ts";
export { removeUnknownKeys } from "./unknown-keys.ts";
