/** A value that is already serialised, so that a response that many clients ask for is stringified once. */
export class RawJson {
  readonly json: string;

  constructor(json: string) {
    this.json = json;
  }

  static of(value: unknown): RawJson {
    return new RawJson(JSON.stringify(value));
  }
}
