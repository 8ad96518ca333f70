// Two soft tones, made rather than loaded. Browsers allow sound only after the visitor has touched the panel.

let context: AudioContext | null = null;

export function playChime(): void {
  try {
    context ??= new AudioContext();
    void context.resume();
    tone(context, 660, context.currentTime);
    tone(context, 880, context.currentTime + 0.12);
  } catch {
    // No sound here.
  }
}

function tone(audio: AudioContext, pitch: number, at: number): void {
  const oscillator = audio.createOscillator();
  const volume = audio.createGain();
  oscillator.frequency.value = pitch;
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(0.08, at + 0.015);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.28);
  oscillator.connect(volume).connect(audio.destination);
  oscillator.start(at);
  oscillator.stop(at + 0.3);
}
