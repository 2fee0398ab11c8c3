import type { SetupPrompter } from "@openclaw/setup/onboarding";

/** Asks the questions of a wizard; `line` tells something between them. */
export interface WizardPrompter extends SetupPrompter {
  line(text: string): void;
}
