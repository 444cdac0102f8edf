import { DETECTORS } from '../../monitoring/drift/detectors/catalog.ts';
import { STREAM_DETECTORS } from '../../monitoring/stream-detectors/catalog.ts';
import { driftDetectorConformance } from './drift-detector.ts';
import { streamDetectorConformance } from './stream-detector.ts';

for (const detector of DETECTORS.entries) driftDetectorConformance(detector);
for (const detector of STREAM_DETECTORS.entries) streamDetectorConformance(detector);
