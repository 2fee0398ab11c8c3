/** How much a repair may break: `layout` moves files to where they belong, `aggressive` replaces somebody's own work. */
export type RepairKind = "layout" | "ordinary" | "aggressive";

/** Something that can be done about a finding. */
export interface Repair {
  /** Asked before it is done. */
  question: string;
  kind: RepairKind;
  /** The answer somebody gets who presses Enter. */
  preset: boolean;
  /** Changes the configuration; written at the end, together with all others. Must not alter its argument. */
  config?: (value: unknown) => unknown;
  /** Does it now, and says what was done. */
  apply?: () => Promise<readonly string[]>;
  /** Was asked for on the command line. */
  wanted?: boolean;
}

/** One thing the doctor has found. */
export interface DoctorFinding {
  title: string;
  lines: readonly string[];
  repair?: Repair;
}
