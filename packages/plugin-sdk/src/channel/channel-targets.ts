/** A chat as somebody named it. */
export interface Target {
  /** In the form `Delivery.to` takes. */
  to: string;
  threadId?: string;
  kind?: "user" | "group" | "channel";
}

/** The grammar of a channel's targets. */
export interface ChannelTargets {
  /** How targets look, for error messages: `<channelId|user:ID|channel:ID>`. */
  hint: string;
  /**
   * Reads a target that is an id in one of the channel's forms; undefined for a name that has to be looked up.
   * @throws ChannelError `ambiguous_target` or `invalid_target` for what can be neither
   */
  parse(
    raw: string,
    context: { /** Somebody is known to mean a chat of the kind. */ expect?: "user" | "group" },
  ): Target | undefined;
  /** How a target is shown to people; as it is by default. */
  format?(to: string, name?: string): string;
  /** Among targets nobody named (heartbeats, announcements) only these are written to. */
  allowUnnamed?(to: string, config: Readonly<Record<string, unknown>>): string | undefined;
}
