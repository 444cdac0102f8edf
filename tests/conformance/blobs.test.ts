import { join } from 'node:path';
import { openFolderBlobs } from '../../platform/blobs/folder.ts';
import { blobsConformance } from './blobs.ts';
import { makeFolder } from './tools.ts';

blobsConformance('folder', async () => openFolderBlobs({ path: join(makeFolder(), 'deep', 'blobs') }));
