import type { ChatImage } from "../chat/turn.ts";

export function Images({ images }: { images: readonly ChatImage[] }) {
  return (
    <div className="images">
      {images.map((image, index) =>
        image.url ? (
          <Picture key={index} url={image.url} alt={image.name ?? `${index + 1} of ${images.length}`} />
        ) : (
          <span key={index} className="image-left-out">
            Image{image.bytes ? `, ${Math.ceil(image.bytes / 1000)} kB` : ""} (left out of a long conversation)
          </span>
        ),
      )}
    </div>
  );
}

/** A picture; one that is a file of the Gateway opens in its full size. */
function Picture({ url, alt }: { url: string; alt: string }) {
  const picture = <img src={url} alt={alt} loading="lazy" />;
  if (!url.startsWith("/")) return picture;
  return (
    <a href={url} target="_blank" rel="noopener noreferrer">
      {picture}
    </a>
  );
}
