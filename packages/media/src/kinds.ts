export { endingOfType, essence, type MediaKind, mediaKind, typeOfName } from "./kinds/media-type.ts";
