/** Why the Gateway refuses to start: lines for the person at the terminal. The process ends with code 1. */
export class GatewayStartError extends Error {
  readonly lines: readonly string[];

  constructor(...lines: string[]) {
    super(lines.join("\n"));
    this.name = "GatewayStartError";
    this.lines = lines;
  }
}
