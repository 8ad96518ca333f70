// Two soft tones, made rather than loaded. Browsers allow sound only after the visitor has touched the panel.

let context: AudioContext | null = null;

export function playChime(): void {
  try {
    context ??= new AudioContext();
    void context.resume();
    const { currentTime, destination } = context;
    const oscillator = context.createOscillator();
    const volume = context.createGain();
    for (const [at, pitch] of [[currentTime, 660], [currentTime + 0.12, 880]] as const) {
      oscillator.frequency.setValueAtTime(pitch, at);
      volume.gain.setValueAtTime(0.08, at);
      volume.gain.linearRampToValueAtTime(0, at + 0.11);
    }
    oscillator.connect(volume).connect(destination);
    oscillator.start();
    oscillator.stop(currentTime + 0.24);
  } catch {
    // No sound here.
  }
}
