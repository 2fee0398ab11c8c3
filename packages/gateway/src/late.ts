/**
 * A part of a Gateway that is opened after parts that will call it. What calls it holds this instead, and looks the part
 * up at every call.
 */
export interface Late<T> {
  /**
   * The part.
   * @throws Error when it is asked for before it is opened
   */
  get(this: void): T;
  /** The part, or undefined while it is not open. */
  readonly opened: T | undefined;
  /** Opens it. @returns the part itself */
  open(part: T): T;
}

/** @param name how the error names it when it is asked for too early */
export function late<T extends object>(name: string): Late<T> {
  let opened: T | undefined;
  return {
    get() {
      if (opened === undefined) throw new Error(`the ${name} of the Gateway was used before it was opened`);
      return opened;
    },
    get opened() {
      return opened;
    },
    open(part) {
      opened = part;
      return part;
    },
  };
}
