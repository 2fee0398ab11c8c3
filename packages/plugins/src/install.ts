// Installing, updating and removing plugins, and what there is to install. Loaded by the commands that do so.
export { type CatalogueChannel, catalogueCard, readChannelCatalogue } from "./discovery/channel-catalogue.ts";
export { type CodeFinding, scanCode } from "./install/code-scanner.ts";
export { extractArchive } from "./install/extract-archive.ts";
export { PluginInstallError, type PluginInstallErrorCode } from "./install/install-error.ts";
export { type InstallContext, type InstalledPlugin, installPlugin } from "./install/install-plugin.ts";
export { createNpm, type Npm } from "./install/npm.ts";
export { enablingPatch, type InstallRecord, isMemory, writePluginsPatch } from "./install/plugin-config-edits.ts";
export { type ProgramResult, type RunProgram, systemRunProgram } from "./install/run-program.ts";
export { type StagedPlugin, stagePlugin } from "./install/stage-plugin.ts";
export { uninstallPlugin } from "./install/uninstall-plugin.ts";
export { updatePlugins } from "./install/update-plugins.ts";
