import type { Logger } from "@openclaw/log";
import {
  bareFailureText,
  type Credentials,
  type FailureReason,
  failoverOf,
  formatModelRef,
  type ModelFailure,
  type ModelRef,
  type Models,
  type OrderedProfile,
  sameModelRef,
} from "@openclaw/models";
import type { SessionEntry } from "@openclaw/sessions";
import { choosePinned } from "./profile-pin.ts";

/** A model, and the auth profile its requests are signed with. */
export interface AttemptPlace {
  readonly ref: ModelRef;
  readonly profile?: string;
}

/** A model that did not answer. */
interface FailedModel {
  ref: ModelRef;
  text: string;
  reason: FailureReason;
  failure: ModelFailure;
}

/** What a failed attempt leads to. */
export type NextAttempt =
  /** `changed` says what is different; nothing is when a token was renewed. */
  { place: AttemptPlace; changed: "profile" | "model" | undefined } | undefined;

/** The places where a run can be answered, one after the other. */
export interface Failover {
  /** Where to begin; undefined when every one of them rests. */
  first(): AttemptPlace | undefined;
  /** True when there is one place and no other: waiting a little and asking it again is all that can be done. */
  readonly single: boolean;
  /** How many places are left, the current one included. */
  readonly left: number;
  /** Notes a failure and says where to go on. `otherModel` false keeps it to the same model. */
  next(failure: ModelFailure, options?: { otherModel?: boolean }): Promise<NextAttempt>;
  /** Why the model before the current one was left. */
  readonly lastReason: FailureReason | undefined;
  /** The current place has answered. */
  succeeded(): void;
  /** What the user is told when no place is left. */
  final(): ModelFailure | undefined;
}

export interface FailoverOptions {
  requested: ModelRef;
  agentId: string;
  models: Models;
  entry: SessionEntry | undefined;
  /** The profile of this message alone. */
  profile?: string | undefined;
  now: () => number;
  log: Logger;
}

/**
 * Two nested loops: the profiles of a model, and the models of a run. A profile that fails for a reason of its own rests,
 * and is not asked again before its time; a model whose profiles all rest is passed over.
 */
export function createFailover(options: FailoverOptions): Failover {
  const { agentId, models, log } = options;
  const { credentials } = models;
  const candidates = models.candidates(options.requested, agentId);
  const places = candidates.map((ref, at) => placesOf(ref, at === 0));
  const failed: FailedModel[] = [];
  const renewed = new Set<string>();
  let model = 0;
  let profile = 0;

  /** The profiles of a model; `[undefined]` stands for a key from elsewhere, `[]` for profiles that all rest. */
  function placesOf(ref: ModelRef, requested: boolean): { ids: (string | undefined)[]; resting: OrderedProfile[] } {
    if (!credentials) return { ids: [undefined], resting: [] };
    const { profiles, exclusive } = requested
      ? choosePinned({ provider: ref.provider, agentId, credentials, entry: options.entry, inline: options.profile })
      : { profiles: credentials.order(ref.provider, { agentId }), exclusive: false };
    if (profiles.length === 0) return { ids: [undefined], resting: [] };
    const ready = profiles.filter((each) => each.unusableUntil === undefined);
    // Whoever chose this one profile, and has nothing else, is not refused because of a rest.
    if (ready.length === 0 && exclusive && candidates.length === 1) return { ids: [profiles[0]?.id], resting: [] };
    return { ids: ready.map(({ id }) => id), resting: ready.length === 0 ? [...profiles] : [] };
  }

  function current(): AttemptPlace | undefined {
    const ref = candidates[model];
    const place = places[model];
    if (!ref || !place || profile >= place.ids.length) return undefined;
    const id = place.ids[profile];
    return { ref, ...(id !== undefined && { profile: id }) };
  }

  /** Passes over models whose profiles all rest. */
  function settle(): AttemptPlace | undefined {
    for (; model < candidates.length; model += 1, profile = 0) {
      const place = current();
      if (place) return place;
      const ref = candidates[model];
      if (ref && places[model]?.resting.length) failed.push(restingModel(ref, places[model]?.resting ?? []));
    }
    return undefined;
  }

  function restingModel(ref: ModelRef, resting: readonly OrderedProfile[]): FailedModel {
    const until = Math.min(...resting.map((each) => each.unusableUntil ?? 0));
    const seconds = Math.max(1, Math.ceil((until - options.now()) / 1000));
    const wait = seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
    const text = `Provider ${ref.provider} is in cooldown (all profiles unavailable)`;
    const userMessage = `No available auth profile for ${ref.provider} (all in cooldown or unavailable). It is tried again in ${wait}.`;
    log.warn(`${formatModelRef(ref)} is passed over: ${text}`, {
      provider: ref.provider,
      model: ref.model,
      reason: "rate_limit",
    });
    return {
      ref,
      text,
      reason: "rate_limit",
      failure: { kind: "rate_limit", retryable: true, userMessage, detail: text },
    };
  }

  async function renew({ ref, profile: id }: AttemptPlace, store: Credentials): Promise<boolean> {
    if (id === undefined || renewed.has(id)) return false;
    renewed.add(id);
    try {
      return await store.renew(id, agentId);
    } catch (error) {
      log.warn(`the token of ${ref.provider} could not be renewed`, { profile: id, error: String(error) });
      return false;
    }
  }

  return {
    first: settle,
    get single() {
      return candidates.length === 1 && (places[0]?.ids.length ?? 0) <= 1;
    },
    get left() {
      const later = places.slice(model + 1).reduce((sum, place) => sum + place.ids.length, 0);
      return Math.max(0, (places[model]?.ids.length ?? 0) - profile) + later;
    },
    get lastReason() {
      return failed.at(-1)?.reason;
    },
    async next(failure, { otherModel = true } = {}) {
      const place = current();
      const decision = failoverOf(failure);
      if (!place || decision.kind === "stop") return undefined;
      const { ref } = place;
      const { reason } = decision;
      log.warn(`${formatModelRef(ref)} failed: ${failure.detail}`, {
        provider: ref.provider,
        model: ref.model,
        ...(place.profile !== undefined && { profile: place.profile }),
        reason,
        ...(decision.status !== undefined && { status: decision.status }),
      });
      // A clock that runs ahead or behind makes a token look good that its provider has ended.
      if (failure.kind === "auth" && failure.status === 401 && credentials && (await renew(place, credentials))) {
        return { place, changed: undefined };
      }
      if (decision.kind === "rotate" && place.profile !== undefined) {
        credentials?.failed(place.profile, ref.provider, reason, agentId);
      }
      profile = decision.kind === "rotate" ? profile + 1 : Number.MAX_SAFE_INTEGER;
      const sibling = current();
      if (sibling) return { place: sibling, changed: "profile" };
      failed.push({ ref, text: failure.detail || bareFailureText(reason), reason, failure });
      if (!otherModel) return undefined;
      model += 1;
      profile = 0;
      const other = settle();
      return other && { place: other, changed: sameModelRef(other.ref, ref) ? "profile" : "model" };
    },
    succeeded() {
      const place = current();
      if (place?.profile !== undefined) credentials?.succeeded(place.profile, place.ref.provider, agentId);
    },
    final() {
      const last = failed.at(-1);
      if (failed.length <= 1 || !last) return last?.failure;
      const list = failed.map(({ ref, text, reason }) => `${formatModelRef(ref)}: ${shorten(text)} (${reason})`);
      const userMessage = `All models failed (${failed.length}): ${list.join(" | ")}`;
      return { ...last.failure, retryable: false, userMessage, detail: userMessage };
    },
  };
}

/** One attempt's words in the list of all; a provider may write a page. */
const longestReason = 200;

function shorten(text: string): string {
  return text.length > longestReason ? `${text.slice(0, longestReason - 1)}…` : text;
}
