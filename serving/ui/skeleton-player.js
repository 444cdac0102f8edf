// @ts-check

/** @import { Clip } from '../api/wire.ts' */

const MARGIN = 24;

/** Plays a skeleton on a canvas. The whole movement fits, at one scale over all frames. */
export class SkeletonPlayer {
  /** @type {Clip | undefined} */
  #clip;
  #frame = 0;
  #playing = false;
  #last = 0;
  #box = { x: 0, y: 0, width: 1, height: 1 };

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {(frame: number, playing: boolean) => void} onChange
   */
  constructor(canvas, onChange) {
    this.canvas = canvas;
    this.onChange = onChange;
    new ResizeObserver(() => this.#draw()).observe(canvas);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#draw());
  }

  get playing() {
    return this.#playing;
  }

  get frame() {
    return this.#frame;
  }

  /** @param {Clip} clip */
  load(clip) {
    this.#clip = clip;
    this.#frame = 0;
    this.#playing = false;
    const points = clip.frames.flat().filter((point) => point !== null);
    const xs = points.map((point) => point[0]);
    const ys = points.map((point) => point[1]);
    // Without a single visible point there is nothing to fit.
    const x = points.length === 0 ? 0 : minimum(xs);
    const y = points.length === 0 ? 0 : minimum(ys);
    this.#box = { x, y, width: maximum(xs) - x || 1, height: maximum(ys) - y || 1 };
    this.#show();
  }

  play() {
    if (this.#clip === undefined || this.#playing) return;
    this.#playing = true;
    this.#last = performance.now();
    requestAnimationFrame((now) => this.#tick(now));
    this.#show();
  }

  pause() {
    this.#playing = false;
    this.#show();
  }

  toggle() {
    if (this.#playing) this.pause();
    else this.play();
  }

  /** @param {number} frame any integer; clamped to the clip */
  seek(frame) {
    if (this.#clip === undefined) return;
    this.#playing = false;
    this.#frame = Math.min(this.#clip.frames.length - 1, Math.max(0, frame));
    this.#show();
  }

  /** @param {number} now */
  #tick(now) {
    if (!this.#playing || this.#clip === undefined) return;
    const { fps, frames } = this.#clip;
    const steps = Math.floor(((now - this.#last) * fps) / 1000);
    if (steps > 0) {
      this.#last += (steps * 1000) / fps;
      this.#frame = (this.#frame + steps) % frames.length;
      this.#show();
    }
    requestAnimationFrame((later) => this.#tick(later));
  }

  #show() {
    this.#draw();
    this.onChange(this.#frame, this.#playing);
  }

  #draw() {
    const { canvas } = this;
    const ratio = window.devicePixelRatio || 1;
    const width = canvas.clientWidth;
    const height = canvas.clientHeight;
    if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
    if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
    const pen = canvas.getContext('2d');
    if (pen === null || this.#clip === undefined) return;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    const style = getComputedStyle(canvas);
    const { box, points } = { box: this.#box, points: this.#clip.frames[this.#frame] ?? [] };
    const scale = Math.min((width - 2 * MARGIN) / box.width, (height - 2 * MARGIN) / box.height);
    const left = (width - scale * box.width) / 2;
    const top = (height - scale * box.height) / 2;
    const place = (/** @type {[number, number]} */ [x, y]) => [
      left + scale * (x - box.x),
      top + scale * (y - box.y),
    ];

    pen.lineWidth = 3;
    pen.lineCap = 'round';
    pen.strokeStyle = style.color;
    for (const [from, to] of this.#clip.bones) {
      const a = points[from];
      const b = points[to];
      if (!a || !b) continue;
      const [ax, ay] = place(a);
      const [bx, by] = place(b);
      pen.beginPath();
      pen.moveTo(ax, ay);
      pen.lineTo(bx, by);
      pen.stroke();
    }
    pen.fillStyle = style.getPropertyValue('--accent');
    for (const point of points) {
      if (!point) continue;
      const [x, y] = place(point);
      pen.beginPath();
      pen.arc(x, y, 4, 0, 2 * Math.PI);
      pen.fill();
    }
  }
}

/** @param {number[]} values */
const minimum = (values) => values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
/** @param {number[]} values */
const maximum = (values) => values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
