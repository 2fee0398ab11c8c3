import type { z } from "zod";
import type { GatewayErrorShape } from "./errors.ts";
import { once } from "./once.ts";
import type { Scope } from "./scopes.ts";
import type { ProtocolVersion } from "./version.ts";

/** What a caller must hold. A function decides by the (not yet checked) parameters of the request. */
export type ScopeRule = Scope | ((params: unknown) => Scope);

/** Scope of a method: one for both versions, one per version, or `node` for methods only nodes may call. */
export type MethodScope = "node" | ScopeRule | { readonly v3: ScopeRule; readonly v4: ScopeRule };

/**
 * One method of the protocol. `P` is what a handler gets on version 3, `P4` on version 4 (a superset); `In` and `In4`
 * are what callers may pass; `R` is the payload of the answer.
 *
 * The schemas are built when they are first read, so a table of all contracts costs next to nothing at start.
 */
export interface MethodContract<P = unknown, R = unknown, In = P, P4 = P, In4 = In, Name extends string = string> {
  readonly name: Name;
  readonly scope: MethodScope;
  /** Parameters on connections of version 3: a closed object unless `open`. */
  readonly params: z.ZodType<P, In>;
  /** Parameters on connections of version 4; the same schema when nothing differs. */
  readonly v4Params: z.ZodType<P4, In4>;
  readonly result: z.ZodType<R>;
  /** Part of `features.methods` on every connection that may call it. */
  readonly advertised: boolean;
  /** Unknown parameters are ignored. */
  readonly open: boolean;
  /** The only protocol version that knows the method, when it is not known to both. */
  readonly only: ProtocolVersion | undefined;
  /** Brings parameters into the form of the schema; they are checked afterwards. */
  readonly prepare: ((params: unknown) => unknown) | undefined;
  /** The whole error text for wrong parameters, where it is not the general one. */
  readonly refusal: ((params: unknown) => string) | undefined;
}

/** What `method` takes; schemas as functions, each called at most once. */
export interface MethodSpec<P extends z.ZodType, P4 extends z.ZodType, R extends z.ZodType> {
  scope: MethodScope;
  params: () => P;
  v4Params?: (v3: P) => P4;
  result: () => R;
  /** Default: true. */
  advertised?: boolean;
  open?: boolean;
  only?: ProtocolVersion;
  prepare?: (params: unknown) => unknown;
  refusal?: (params: unknown) => string;
}

/** Declares a method. */
export function method<const Name extends string, P extends z.ZodType, R extends z.ZodType, P4 extends z.ZodType = P>(
  name: Name,
  spec: MethodSpec<P, P4, R>,
): MethodContract<z.output<P>, z.output<R>, z.input<P>, z.output<P4>, z.input<P4>, Name> {
  const params = once(spec.params);
  // Without additions P4 is inferred as P, which the compiler cannot conclude from the missing function.
  const v4Params = once(() => (spec.v4Params ? spec.v4Params(params()) : (params() as unknown as P4)));
  const result = once(spec.result);
  // The getters widen each schema to the type of its own input and output, which the compiler does not derive for a
  // type parameter.
  return {
    name,
    scope: spec.scope,
    get params() {
      return params() as unknown as z.ZodType<z.output<P>, z.input<P>>;
    },
    get v4Params() {
      return v4Params() as unknown as z.ZodType<z.output<P4>, z.input<P4>>;
    },
    get result() {
      return result() as unknown as z.ZodType<z.output<R>>;
    },
    advertised: spec.advertised ?? true,
    open: spec.open ?? false,
    only: spec.only,
    prepare: spec.prepare,
    refusal: spec.refusal,
  };
}

/** Outcome of checking a request's parameters. */
export type CheckedParams<P> = { ok: true; params: P } | { ok: false; error: GatewayErrorShape };
