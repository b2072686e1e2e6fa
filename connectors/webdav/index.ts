import { depositConnector, webdavFields, webdavVolume } from '#core'

export default depositConnector({
  id: 'webdav',
  version: 1,
  label: 'Dépôt WebDAV',
  pastell: ['depot-webdav'],
  pace: { concurrency: 2 },
  config: webdavFields('depot_webdav'),
  volume: context => webdavVolume(context),
})
