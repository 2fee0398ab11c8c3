/** Why a command was not done, in the form the Gateway passes on: `<CODE>: <text>`. */
export class NodeFailure extends Error {
  override readonly name = "NodeFailure";
  readonly code: string;

  constructor(code: string, text: string) {
    super(`${code}: ${text}`);
    this.code = code;
  }
}

export function invalidRequest(text: string): NodeFailure {
  return new NodeFailure("INVALID_REQUEST", text);
}
