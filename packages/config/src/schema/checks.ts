import { z } from "zod";

/** Adds an issue below the object being checked. */
type Report = (path: (string | number)[], message: string) => void;

/** Wraps a rule over a whole object so that it can be handed to `superRefine`. */
export function rule<T>(check: (value: T, report: Report) => void) {
  return (value: T, ctx: z.core.$RefinementCtx<T>): void => {
    check(value, (path, message) => ctx.addIssue({ code: "custom", path, message }));
  };
}

const unsafeCharacters = /["'\r\n\0;&|`$<>]/;
const bareName = /^[A-Za-z0-9._+][A-Za-z0-9._+-]*$/;

/**
 * Whether a configured program can be spawned without anybody reading it as shell text: a path, or a bare name that
 * cannot be taken for an option.
 */
export function isSafeExecutable(value: string): boolean {
  const name = value.trim();
  if (name === "" || unsafeCharacters.test(name)) return false;
  const isPath = /^[.~]/.test(name) || /[/\\]/.test(name) || /^[A-Za-z]:/.test(name);
  return isPath || bareName.test(name);
}

export const unsafeExecutableMessage = "expected safe executable name or path";

/** A required program name or path. */
export const mustExecutable = z.string().refine(isSafeExecutable, unsafeExecutableMessage);
/** A program name or path. */
export const executable = mustExecutable.optional();

interface ToolLists {
  allow?: string[] | undefined;
  alsoAllow?: string[] | undefined;
}

/**
 * `allow` names the whole set and `alsoAllow` adds to an inherited one, so both at once has no meaning.
 * @param scope the first words of the message, naming the kind of policy
 */
export function oneAllowList(scope: string) {
  return rule<ToolLists>((policy, report) => {
    if (!policy.allow?.length || !policy.alsoAllow?.length) return;
    const fix = "merge alsoAllow into allow, or remove allow and use profile + alsoAllow";
    report([], `${scope} cannot set both allow and alsoAllow in the same scope (${fix})`);
  });
}

const duration = /^\d*\.?\d+(?:ms|s|m|h|d)?$/i;

/** Whether a text is a duration: a number with an optional unit and nothing in between. */
export function isDuration(value: string): boolean {
  return duration.test(value.trim());
}

/** Checks one end of an active-hours window and returns what is wrong with it. */
export function clockTimeProblem(value: string, end: "start" | "end"): string | undefined {
  const match = /^(\d{2}):(\d{2})$/.exec(value);
  const hour = Number(match?.[1]);
  const minute = Number(match?.[2]);
  if (!match || hour > 24 || minute > 59) return 'invalid time (use "HH:MM" 24h format)';
  if (hour < 24) return undefined;
  if (minute !== 0) return "invalid time (24:00 is the only allowed 24:xx value)";
  return end === "start" ? "invalid time (start cannot be 24:00)" : undefined;
}
