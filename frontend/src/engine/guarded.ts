/** The owner's fault is told where faults are told, and stops nothing of ours. */
export function guarded(act: () => void): void {
  try {
    act();
  } catch (fault) {
    reportError(fault);
  }
}
