/** Line breaks and tabs are shown as they are; what reorders, hides or imitates text is not. */
const deceptive = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u115f\u1160\u2800\u3164\uffa0]/gu;
const plain = new Set(["\n", "\t"]);

/** A command as the person who approves it must see it: characters without a shape of their own stand as `\u{…}`. */
export function visibleCommand(command: string): string {
  return command.replace(deceptive, (found) =>
    plain.has(found) ? found : `\\u{${(found.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
