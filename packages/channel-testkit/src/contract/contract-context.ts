import { afterEach } from "vitest";
import { type ContractGateway, startContractGateway } from "../contract-gateway.ts";
import type { TestedService } from "../tested-service.ts";

/** What every part of the suite works with. */
export interface ContractContext {
  name: string;
  /** A service and a Gateway connected to it; both end with the test. */
  connect(rules?: AccessSetup, more?: Record<string, unknown>): Promise<Connected>;
  /**
   * The same with a service that is down when the Gateway starts; the Gateway tries again at once instead of after its
   * pause. Undefined for services that cannot be down.
   */
  connectLater(): Promise<(Connected & { outage: { refused: Promise<void>; end(): void } }) | undefined>;
}

export interface Connected {
  service: TestedService;
  gateway: ContractGateway;
  /** The owner writes and is answered: whatever was written before has been dealt with by then. */
  settle(): Promise<void>;
}

/** Who may write. By default the owner alone, in private and in groups. */
export interface AccessSetup {
  direct?: { policy: string; allowFrom?: string[] };
  groups?: { names: readonly string[]; requireMention: boolean };
  /** Further keys of the section. */
  section?: Record<string, unknown>;
}

export function createContractContext(name: string, open: () => Promise<TestedService>): ContractContext {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });
  const settling = (service: TestedService) => {
    let rounds = 0;
    return async () => {
      rounds += 1;
      const word = `settled-${rounds}`;
      await service.write({ from: service.people.owner, text: word });
      const sent = await service.nextSent();
      if (!sent.text.includes(word)) throw new Error(`expected the answer to "${word}", got "${sent.text}"`);
    };
  };
  return {
    name,
    async connect(access = {}, more = {}) {
      const service = await open();
      closing.push(() => service.close());
      const gateway = await startContractGateway(service, sectionOf(service, access), more);
      closing.push(async () => gateway[Symbol.asyncDispose]());
      await service.connected();
      return { service, gateway, settle: settling(service) };
    },
    async connectLater() {
      const service = await open();
      closing.push(() => service.close());
      const outage = service.outage?.();
      if (outage === undefined) return undefined;
      const timers = { after: restartsAtOnce };
      const gateway = await startContractGateway(service, sectionOf(service, {}), {}, { timers });
      closing.push(async () => gateway[Symbol.asyncDispose]());
      return { service, gateway, settle: settling(service), outage };
    },
  };
}

/** Pauses before an account that could not start is tried again are between 4 s and 6 s at first, then longer. */
function restartsAtOnce(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms >= 4000 && ms <= 30_000 ? 20 : ms);
  timer.unref();
  return () => clearTimeout(timer);
}

function sectionOf(service: TestedService, access: AccessSetup): Record<string, unknown> {
  const direct = { allowFrom: [service.people.owner], policy: "allowlist", ...access.direct };
  return {
    ...(service.rules?.direct?.(direct) ?? { dmPolicy: direct.policy, allowFrom: direct.allowFrom }),
    ...(access.groups === undefined ? {} : groupRules(service, access.groups)),
    ...access.section,
  };
}

function groupRules(service: TestedService, { names, requireMention }: NonNullable<AccessSetup["groups"]>) {
  return (
    service.rules?.groups?.(names, { requireMention }) ?? {
      groupPolicy: "open",
      groups: Object.fromEntries(names.map((id) => [id, { requireMention }])),
    }
  );
}
