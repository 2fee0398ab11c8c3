export { type InstallOption, type InstallPlace, installOptions, type NodeManager } from "./install-options.ts";
export { type InstallResult, type InstallWorld, installSkill } from "./install-skill.ts";
export { type InstallSpec, readInstallSpecs } from "./install-spec.ts";
