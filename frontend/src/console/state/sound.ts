// Short sounds of our own, made by the browser: two soft tones, another pair for each kind of news. Nothing is loaded.
import type { BellEvent } from "./bell";

const SECONDS = 0.16;
// Frequencies in Hz, one after another.
const TONES: Record<BellEvent, readonly number[]> = {
  message: [659, 880],
  assigned: [523, 659, 784],
  waiting: [587, 587],
  mention: [880, 1175],
};

let context: AudioContext | null = null;

/** Browsers let a page sound only after somebody has touched it: until then this is silent. */
export function play(event: BellEvent, volume: number): void {
  try {
    context ??= new AudioContext();
    if (context.state === "suspended") void context.resume();
    TONES[event].forEach((hertz, index) => tone(context!, hertz, context!.currentTime + index * SECONDS * 0.8, volume));
  } catch {
    // No audio here: the title and the notification remain.
  }
}

function tone(audio: AudioContext, hertz: number, at: number, volume: number): void {
  const source = new OscillatorNode(audio, { type: "sine", frequency: hertz });
  const gain = new GainNode(audio, { gain: 0 });
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(volume * 0.25, at + 0.015);
  gain.gain.exponentialRampToValueAtTime(0.0005, at + SECONDS * 2);
  source.connect(gain).connect(audio.destination);
  source.start(at);
  source.stop(at + SECONDS * 2);
}
