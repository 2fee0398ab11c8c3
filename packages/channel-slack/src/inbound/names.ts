import { z } from "zod";
import type { SlackApi } from "../connection/slack-api.ts";
import { type BoundedMap, createBoundedMap } from "../text/bounded-map.ts";
import { type WireChannel, type WireUser, wireChannel, wireUser } from "./wire.ts";

/** Names of people and channels. What cannot be looked up is left out: ids do as well. */
export interface Names {
  user(id: string): Promise<WireUser | undefined>;
  channel(id: string): Promise<WireChannel | undefined>;
  /** Something was learnt by the way. */
  learn(what: { users?: readonly WireUser[]; channels?: readonly WireChannel[] }): void;
  /** A channel has another name now. */
  forgetChannel(id: string): void;
}

const maxKnown = 10_000;
const userAnswer = z.object({ user: wireUser });
const channelAnswer = z.object({ channel: wireChannel });

export function createNames(api: Pick<SlackApi, "lookUp">): Names {
  const users = createBoundedMap<Promise<WireUser | undefined>>(maxKnown);
  const channels = createBoundedMap<Promise<WireChannel | undefined>>(maxKnown);
  return {
    user: (id) => once(users, id, async () => (await api.lookUp(userAnswer, "users.info", { user: id }))?.user),
    channel: (id) =>
      once(channels, id, async () => (await api.lookUp(channelAnswer, "conversations.info", { channel: id }))?.channel),
    learn({ users: people = [], channels: places = [] }) {
      for (const user of people) users.set(user.id, Promise.resolve(user));
      for (const channel of places) channels.set(channel.id, Promise.resolve(channel));
    },
    forgetChannel: (id) => channels.delete(id),
  };
}

/** Asks once at a time; an answer is kept for good, a failure is not. */
function once<T>(
  known: BoundedMap<Promise<T | undefined>>,
  id: string,
  ask: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const found = known.get(id);
  if (found !== undefined) return found;
  const asked = ask();
  known.set(id, asked);
  void asked.then((answer) => {
    if (answer === undefined) known.delete(id);
  });
  return asked;
}

/** How a person is called. */
export function displayName(user: WireUser): string | undefined {
  const { display_name, real_name } = user.profile;
  return [display_name, real_name, user.real_name, user.name].find((name) => name) ?? undefined;
}
