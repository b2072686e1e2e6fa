import type { FileViewer } from '../../authoring/viewers.ts'
import type { Route } from '../route.ts'
import { administrationRoutes } from './administration.ts'
import { archiveRoutes } from './archive.ts'
import { batchRoutes } from './batches.ts'
import { contactGroupRoutes } from './contact-groups.ts'
import { contactTransferRoutes } from './contact-transfers.ts'
import { contactRoutes } from './contacts.ts'
import { connectorRoutes } from './connectors.ts'
import { withDescription } from './description.ts'
import { documentReadingRoutes } from './document-reading.ts'
import { documentRoutes } from './documents.ts'
import { duplicateRoutes } from './duplicates.ts'
import { entityRoutes } from './entities.ts'
import { eventRoutes } from './events.ts'
import { fileRoutes } from './files.ts'
import { flowRoutes } from './flows.ts'
import { fullTextRoutes } from './full-text.ts'
import { healthRoutes } from './health.ts'
import { journalRoutes } from './journal.ts'
import { notificationRoutes } from './notifications.ts'
import { relationRoutes } from './relations.ts'
import { reportRoutes } from './reports.ts'
import { roleRoutes } from './roles.ts'
import { sessionRoutes } from './session.ts'
import { studioRoutes } from './studio.ts'
import { tokenRoutes } from './tokens.ts'
import { uploadRoutes } from './uploads.ts'
import { userRoutes } from './users.ts'
import { viewerRoutes } from './viewers.ts'

/** Every route of the native API, with those that plugins add, and the one that describes them all. */
export const apiRoutes = (ofPlugins: readonly Route[] = [], viewers: readonly FileViewer[] = []): readonly Route[] =>
  withDescription([
    ...sessionRoutes,
    ...entityRoutes,
    ...userRoutes,
    ...roleRoutes,
    ...tokenRoutes,
    ...flowRoutes,
    ...studioRoutes,
    ...documentReadingRoutes,
    ...documentRoutes,
    ...duplicateRoutes,
    ...batchRoutes,
    ...fileRoutes,
    ...uploadRoutes,
    ...archiveRoutes,
    ...viewerRoutes(viewers),
    ...journalRoutes,
    ...fullTextRoutes,
    ...contactRoutes,
    ...contactGroupRoutes,
    ...contactTransferRoutes,
    ...notificationRoutes,
    ...relationRoutes,
    ...administrationRoutes,
    ...connectorRoutes,
    ...reportRoutes,
    ...eventRoutes,
    ...healthRoutes,
    ...ofPlugins,
  ])
