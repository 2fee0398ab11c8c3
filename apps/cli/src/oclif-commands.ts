export { COMMANDS } from "@openclaw/cli/oclif";
