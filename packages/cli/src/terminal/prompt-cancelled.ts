import { CliError } from "../run/cli-error.ts";

/** Somebody ended a question instead of answering it; nothing that was not confirmed before has been changed. */
export class PromptCancelled extends CliError {
  constructor(line = "Cancelled.") {
    super(line, { code: "cancelled", exitCode: 0 });
    this.name = "PromptCancelled";
  }
}
