// @ts-check
/** @import { Clip, NextClip, Product } from '../api/wire.ts' */
import { ApiError, ask, textOf } from './api.js';
import { byId, el, formatNumber, notice } from './dom.js';
import { pendingScores, sendScore } from './pending-scores.js';
import { signIn } from './sign-in.js';
import { SkeletonPlayer } from './skeleton-player.js';

const RATER_KEY = 'touchline-rater';
/** A 0 within this time after a 1 means ten. */
const TEN_MS = 900;

const form = /** @type {HTMLFormElement} */ (byId('form'));
const slider = /** @type {HTMLInputElement} */ (byId('score'));
const comment = /** @type {HTMLTextAreaElement} */ (byId('comment'));
const save = /** @type {HTMLButtonElement} */ (byId('save'));
const frames = /** @type {HTMLInputElement} */ (byId('frame'));
const message = byId('message');
const stage = byId('stage');

/** What is being scored. `score` is null until the expert has given one, a state that a slider does not have. */
const state = {
  product: '',
  rater: /** @type {string | undefined} */ (undefined),
  round: 1,
  clip: /** @type {Clip | null} */ (null),
  score: /** @type {number | null} */ (null),
  step: 0.5,
  scale: /** @type {[number, number]} */ ([0, 10]),
  saving: false,
  /** When the key 1 was pressed. */
  oneAt: 0,
};

const player = new SkeletonPlayer(/** @type {HTMLCanvasElement} */ (byId('player')), (frame, playing) => {
  frames.value = String(frame);
  const count = state.clip?.frames.length ?? 0;
  frames.setAttribute('aria-valuetext', `Frame ${frame + 1} of ${count}`);
  byId('frame-text').textContent = `${frame + 1} / ${count}`;
  byId('play').textContent = playing ? 'Pause' : 'Play';
});

/**
 * @param {string} text
 * @param {'empty' | 'bad' | 'good'} [kind]
 */
function showMessage(text, kind = 'empty') {
  message.className = `notice ${kind}`;
  message.textContent = text;
  message.hidden = text === '';
}

/** @param {number | null} score */
function setScore(score) {
  const [low, high] = state.scale;
  state.score = score === null ? null : Math.min(high, Math.max(low, score));
  byId('score-text').textContent = state.score === null ? '–' : formatNumber(state.score);
  slider.value = String(state.score ?? (low + high) / 2);
  slider.setAttribute('aria-valuetext', state.score === null ? 'not given yet' : formatNumber(state.score));
  slider.classList.toggle('unset', state.score === null);
  save.disabled = state.score === null || state.saving;
}

/** @param {boolean} saving */
function setSaving(saving) {
  state.saving = saving;
  form.setAttribute('aria-busy', String(saving));
  save.textContent = saving ? 'Saving…' : 'Save and next';
  slider.disabled = saving;
  comment.readOnly = saving;
  setScore(state.score);
}

/** @param {NextClip} next */
function showClip({ clip, done, total, scale, step, guide, note }) {
  byId('progress-text').textContent = `${done} of ${total} clips scored`;
  const bar = /** @type {HTMLProgressElement} */ (byId('done'));
  bar.max = Math.max(1, total);
  bar.value = done;
  state.clip = clip;
  state.scale = scale;
  state.step = step;
  byId('note').textContent = note;
  if (clip === null) {
    stage.hidden = true;
    if (total === 0) showMessage('There are no clips to score yet.');
    else showMessage(`All ${total} clips are scored. Thank you.`, 'good');
    return;
  }
  stage.hidden = false;
  byId('clip-title').textContent = `${clip.action} · ${clip.id}`;
  slider.min = String(scale[0]);
  slider.max = String(scale[1]);
  slider.step = String(step);
  byId('score-label').textContent = `${scale[0]} to ${scale[1]}, in steps of ${step}`;
  byId('guide').replaceChildren(
    ...guide.map(({ from, to, meaning }) =>
      el('li', {}, el('strong', {}, from === to ? from : `${from}–${to}`), ` ${meaning}`),
    ),
  );
  frames.max = String(clip.frames.length - 1);
  comment.value = '';
  setScore(null);
  player.load(clip);
  if (!matchMedia('(prefers-reduced-motion: reduce)').matches) player.play();
}

async function next() {
  const { product, round, rater } = state;
  try {
    showClip(await ask('GET /v1/scoring/:product/next', { params: { product }, query: { round, rater } }));
  } catch (error) {
    stage.hidden = true;
    message.hidden = true;
    byId('start').append(notice('bad', textOf(error), retry));
  }
  function retry() {
    byId('start').querySelector('.notice')?.remove();
    next();
  }
}

/**
 * Shows the others' scores, which may be seen once the rater's own is stored.
 * @param {string} action
 * @param {string} outcome what to say about the rater's own score
 */
async function showOthers(action, outcome) {
  const { product, round, rater } = state;
  try {
    const { others } = await ask('GET /v1/scoring/:product/scores', {
      params: { product },
      query: { action, round, rater },
    });
    const scores = others.map(({ score }) => formatNumber(score)).join(', ');
    showMessage(`${outcome} ${scores === '' ? 'You are the first.' : `The others: ${scores}.`}`, 'good');
  } catch {
    showMessage(outcome, 'good');
  }
}

async function submit() {
  if (state.clip === null || state.saving) return;
  if (state.score === null) {
    showMessage(`Give a score from ${state.scale[0]} to ${state.scale[1]} first.`, 'bad');
    slider.focus();
    return;
  }
  const action = state.clip.id;
  const score = state.score;
  setSaving(true);
  player.pause();
  try {
    const { product, round, rater } = state;
    const result = await sendScore(
      { product, body: { action, score, comment: comment.value, round, rater } },
      (problem) =>
        showMessage(`Your score is kept in this browser and will be sent again. ${problem}`, 'bad'),
    );
    const outcome =
      result === 'saved'
        ? `Saved ${formatNumber(score)}.`
        : `Not saved: you already gave this clip ${formatNumber(result.kept)}, and that score is kept.`;
    await showOthers(action, outcome);
    setSaving(false);
    await next();
    slider.focus();
  } catch (error) {
    setSaving(false);
    showMessage(textOf(error), 'bad');
  }
}

/** Sends the scores that an earlier visit could not send. */
async function sendPending() {
  const scores = pendingScores();
  if (scores.length === 0) return;
  showMessage(
    `Sending ${scores.length === 1 ? 'a score' : `${scores.length} scores`} from an earlier visit…`,
  );
  for (const score of scores) {
    try {
      await sendScore(score, (problem) =>
        showMessage(`Scores from an earlier visit are waiting in this browser. ${problem}`, 'bad'),
      );
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      showMessage(`The score of ${score.body.action} was refused. ${error.text}`, 'bad');
      return;
    }
  }
  showMessage('Scores from an earlier visit are saved.', 'good');
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const { target } = event;
  if (target === comment) {
    if (event.key === 'Escape') slider.focus();
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      submit();
    }
    return;
  }
  const typing = target instanceof HTMLInputElement && target.type !== 'range';
  if (stage.hidden || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (target instanceof HTMLSelectElement || (target instanceof Element && target.closest('summary, a')))
    return;
  const onButton = target instanceof HTMLButtonElement;
  const now = performance.now();
  if (/^[0-9]$/.test(event.key)) {
    if (event.key === '0' && now - state.oneAt < TEN_MS) setScore(10);
    else setScore(Number(event.key));
    state.oneAt = event.key === '1' ? now : 0;
  } else if (event.key === '.' || event.key === ',') {
    if (state.score !== null) setScore(state.score % 1 === 0 ? state.score + 0.5 : state.score - 0.5);
  } else if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
    const by = event.key === 'ArrowUp' ? state.step : -state.step;
    setScore((state.score ?? (state.scale[0] + state.scale[1]) / 2 - by) + by);
  } else if (event.key === 'ArrowLeft') player.seek(player.frame - 1);
  else if (event.key === 'ArrowRight') player.seek(player.frame + 1);
  else if (event.key === ' ' && !onButton) player.toggle();
  else if (event.key === 'Enter' && !onButton) submit();
  else if (event.key === 'c') comment.focus();
  else return;
  event.preventDefault();
}

/**
 * @param {Product[]} products
 * @param {boolean} demo whether the expert states a name, which with keys is the owner of the key
 */
function startForm(products, demo) {
  const product = /** @type {HTMLSelectElement} */ (
    el('select', { id: 'product' }, ...products.map((one) => el('option', { value: one.name }, one.title)))
  );
  const linked = products.find((one) => `#${one.name}` === location.hash);
  if (linked !== undefined) product.value = linked.name;
  const rater = /** @type {HTMLInputElement} */ (
    el('input', { id: 'rater', required: true, maxlength: '200', autocomplete: 'name' })
  );
  rater.value = localStorage.getItem(RATER_KEY) ?? '';
  const round = /** @type {HTMLInputElement} */ (
    el('input', { id: 'round', type: 'number', min: '1', max: '1000', required: true })
  );
  round.value = '1';
  const start = el(
    'form',
    { class: 'panel start' },
    el('p', {}, el('label', { for: 'product' }, 'Product'), product),
    demo ? el('p', {}, el('label', { for: 'rater' }, 'Your name'), rater) : null,
    el('p', {}, el('label', { for: 'round' }, 'Round'), round),
    el('button', { type: 'submit', class: 'primary' }, 'Start'),
    el('p', { class: 'muted' }, 'You see the scores of others after you have given your own.'),
  );
  start.addEventListener('submit', (event) => {
    event.preventDefault();
    state.product = product.value;
    state.round = Number(round.value);
    state.rater = demo ? rater.value.trim() : undefined;
    if (state.rater !== undefined) localStorage.setItem(RATER_KEY, state.rater);
    byId('start').querySelector('.notice')?.remove();
    showMessage('');
    next().then(() => slider.focus());
  });
  return start;
}

signIn(async (session) => {
  const place = byId('start');
  stage.hidden = true;
  if (session.role === null || session.role === 'viewer') {
    const text =
      session.role === null ? 'Enter an API key to score.' : 'Scoring requires a key with the role expert.';
    place.replaceChildren(notice('empty', text));
    return;
  }
  place.replaceChildren(notice('loading', 'Loading…'));
  try {
    const { products } = await ask('GET /v1/products');
    const scored = products.filter((one) => one.scored);
    if (scored.length === 0) place.replaceChildren(notice('empty', 'No product here is scored by experts.'));
    else place.replaceChildren(startForm(scored, session.mode === 'demo'));
    await sendPending();
  } catch (error) {
    place.replaceChildren(notice('bad', textOf(error), () => location.reload()));
  }
});

// Only inside the stage, so that single keys do nothing while people read or type elsewhere.
stage.addEventListener('keydown', onKey);
form.addEventListener('submit', (event) => {
  event.preventDefault();
  submit();
});
slider.addEventListener('input', () => setScore(Number(slider.value)));
// A click on the middle does not change the value, but it gives a score.
slider.addEventListener('pointerup', () => setScore(Number(slider.value)));
frames.addEventListener('input', () => player.seek(Number(frames.value)));
byId('play').addEventListener('click', () => player.toggle());
byId('back').addEventListener('click', () => player.seek(player.frame - 1));
byId('forward').addEventListener('click', () => player.seek(player.frame + 1));
window.addEventListener('beforeunload', (event) => {
  if (state.saving || (state.score !== null && state.clip !== null)) event.preventDefault();
});
