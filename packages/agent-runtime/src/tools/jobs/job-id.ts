const adjectives = (
  "amber brisk calm clever cosy crisp dapper eager early fancy fleet fresh gentle glad golden happy hazel humble jolly " +
  "keen kind lively loyal lucky mellow merry mild misty neat nimble noble patient plain plucky polite proud quick quiet " +
  "rapid rosy sandy silent silver sleek smooth snowy solid steady sturdy sunny swift tidy tranquil vivid warm wise witty"
).split(" ");
const nouns = (
  "acorn anchor badger basil beacon birch breeze brook canyon cedar clover comet coral cove crane delta dune ember falcon " +
  "fern finch fjord forest gale glade grove harbor heron hill iris island jasper kelp lagoon lantern larch ledge lichen " +
  "lotus maple marsh meadow moss nectar oak orchid otter pebble pine plover prairie quartz reef ridge river robin sage " +
  "shore spruce summit thistle thrush tide trail tulip valley willow wren"
).split(" ");
const highestSuffix = 12;

/**
 * A name for a job that people and models can repeat without a mistake, such as `quiet-otter`. When it is taken it gets
 * a number up to 12, then a third word, then a number without a bound.
 */
export function newJobId(isTaken: (id: string) => boolean, random: () => number): string {
  const pick = (words: readonly string[]) => words[Math.floor(random() * words.length)] ?? "plain";
  const short = `${pick(adjectives)}-${pick(nouns)}`;
  const long = `${short}-${pick(nouns)}`;
  const candidates = [short, ...numbered(short, highestSuffix), long];
  for (const id of candidates) if (!isTaken(id)) return id;
  let number = 2;
  while (isTaken(`${long}-${number}`)) number += 1;
  return `${long}-${number}`;
}

function numbered(id: string, highest: number): string[] {
  return Array.from({ length: highest - 1 }, (_, index) => `${id}-${index + 2}`);
}
