/** Runs beside the page: sound in 16-bit steps, a tenth of a second at a time. */

const SAMPLES = 1_600; // at 16 kHz

class Recorder extends AudioWorkletProcessor {
  constructor() {
    super();
    this.sound = new Int16Array(SAMPLES);
    this.held = 0;
    this.loudest = 0;
  }

  process([input]) {
    for (const sample of input[0] ?? []) {
      this.loudest = Math.max(this.loudest, Math.abs(sample));
      this.sound[this.held] = Math.max(-1, Math.min(1, sample)) * 32_767;
      this.held += 1;
      if (this.held < SAMPLES) continue;
      const sound = this.sound.slice();
      this.port.postMessage({ sound, loudest: this.loudest }, [sound.buffer]);
      this.held = 0;
      this.loudest = 0;
    }
    return true;
  }
}

registerProcessor("recorder", Recorder);
