import { z } from "zod";
import { once } from "./once.ts";

/*
 * The small vocabulary all contracts are written in. Schemas are immutable, so those without arguments are built once
 * and shared.
 */

export const text = once(() => z.string());
export const nonEmpty = once(() => z.string().min(1));
export const flag = once(() => z.boolean());
/** Any number, in results. */
export const count = once(() => z.number());
/** Milliseconds since the epoch, in results and events. */
export const timestamp = once(() => z.number());
export const anything = once(() => z.unknown());
export const texts = once(() => z.array(text()));
export const textOrNull = once(() => z.string().nullable());

/** An integer parameter with inclusive bounds. */
export function integer(min?: number, max?: number): z.ZodInt {
  let schema = z.int("must be integer");
  if (min !== undefined) schema = schema.min(min);
  if (max !== undefined) schema = schema.max(max);
  return schema;
}

/**
 * Text of `min` to `max` characters, counted as code points: an emoji is one character. The check ends the parse of
 * its branch, so that a union still reports its other branches.
 */
export function boundedText(min: number, max: number): z.ZodString {
  return z
    .string()
    .min(min)
    .refine((value) => value.length <= max || codePoints(value) <= max, {
      error: `must NOT have more than ${max} characters`,
      abort: true,
    })
    .meta({ maxLength: max });
}

function codePoints(value: string): number {
  let length = 0;
  for (const _ of value) length += 1;
  return length;
}

/** A value or `null`, reported as a union: `must be null` is one of the problems. */
export function orNull<Schema extends z.ZodType>(schema: Schema): z.ZodUnion<[Schema, z.ZodNull]> {
  return z.union([schema, z.null()]);
}

/**
 * An object whose further properties pass through untouched: results and events gain fields with protocol versions.
 * The type shows the listed fields only. An index signature would keep handlers from returning values of a declared
 * interface, and would let a misspelt field name pass on the client.
 */
export function open<Shape extends z.core.$ZodLooseShape>(shape: Shape): z.ZodObject<Shape, z.core.$strip> {
  // The run-time check is the loose one; only the static view is narrower.
  return z.looseObject(shape) as unknown as z.ZodObject<Shape, z.core.$strip>;
}

/** For methods that do not check their parameters: a value of the wrong type counts as absent. */
export function lenient<Schema extends z.ZodType>(schema: Schema): z.ZodCatch<z.ZodOptional<Schema>> {
  return z.optional(schema).catch(undefined as z.output<z.ZodOptional<Schema>>);
}

/** Parameters of a method that takes none. */
export const noParams = once(() => z.strictObject({}));
/** Parameters of a method that takes none and does not mind any. */
export const ignoredParams = once(() => open({}));
/** `{ok: true}` */
export const done = once(() => open({ ok: z.literal(true) }));

/** `YYYY-MM-DD` */
export const calendarDate = once(() => z.string().regex(/^\d{4}-\d{2}-\d{2}$/));
