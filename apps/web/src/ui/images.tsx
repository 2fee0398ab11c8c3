import type { ChatImage } from "../chat/turn.ts";

export function Images({ images }: { images: readonly ChatImage[] }) {
  return (
    <div className="images">
      {images.map((image, index) =>
        image.url ? (
          <img key={index} src={image.url} alt={`${index + 1} of ${images.length}`} loading="lazy" />
        ) : (
          <span key={index} className="image-left-out">
            Image{image.bytes ? `, ${Math.ceil(image.bytes / 1000)} kB` : ""} (left out of a long conversation)
          </span>
        ),
      )}
    </div>
  );
}
