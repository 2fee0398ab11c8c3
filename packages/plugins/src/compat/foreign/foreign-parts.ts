/** One adapter of a channel of the reference release: functions and values by their names, of which any may be missing. */
export interface ForeignPart {
  /** Whether it has a function of this name. */
  has(name: string): boolean;
  /** Calls a function; undefined where there is none. */
  call(name: string, ...args: unknown[]): unknown;
  /** A value as it is. */
  value(name: string): unknown;
}

/** Reads an adapter of a channel: its own, else that of its light-weight part. */
export function partOf(channel: object, dock: object | undefined, name: string): ForeignPart {
  const owners = [Reflect.get(channel, name), dock === undefined ? undefined : Reflect.get(dock, name)].filter(
    (each): each is Record<string, unknown> => typeof each === "object" && each !== null,
  );
  const ownerOf = (member: string) => owners.find((owner) => owner[member] !== undefined);
  return {
    has: (member) => typeof ownerOf(member)?.[member] === "function",
    call(member, ...args) {
      const owner = ownerOf(member);
      const found = owner?.[member];
      return typeof found === "function" ? Reflect.apply(found, owner, args) : undefined;
    },
    value: (member) => ownerOf(member)?.[member],
  };
}
