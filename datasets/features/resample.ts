/** Stretches or shortens a table of frames to `length` frames by linear interpolation; both ends stay. */
export function resampleFrames(frames: readonly (readonly number[])[], length: number): number[][] {
  if (frames.length === length) return frames.map((frame) => [...frame]);
  return Array.from({ length }, (_, i) => {
    const at = (i * (frames.length - 1)) / (length - 1);
    const before = Math.min(Math.floor(at), frames.length - 2);
    const share = at - before;
    return frames[before].map((x, s) => x + share * (frames[before + 1][s] - x));
  });
}
