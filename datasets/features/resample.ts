/**
 * Stretches or shortens frames (frames × signals) to `length` frames by linear interpolation. The first and the last frame
 * are kept.
 * @param frames at least two; `length` at least 2.
 * @example
 * resampleFrames([[0, 10], [2, 30]], 3); // => [[0, 10], [1, 20], [2, 30]]
 */
export function resampleFrames(frames: readonly (readonly number[])[], length: number): number[][] {
  if (frames.length === length) return frames.map((frame) => [...frame]);
  return Array.from({ length }, (_, i) => {
    const at = (i * (frames.length - 1)) / (length - 1);
    const before = Math.min(Math.floor(at), frames.length - 2);
    const share = at - before;
    return frames[before].map((x, s) => x + share * (frames[before + 1][s] - x));
  });
}
