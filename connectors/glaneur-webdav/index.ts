import { gleanerConnector, webdavFields, webdavVolume } from '#core'

export default gleanerConnector({
  id: 'glaneur-webdav',
  version: 1,
  label: 'Glaneur WebDAV',
  pastell: ['glaneur-webdav'],
  config: webdavFields('glaneur_webdav'),
  volume: context => webdavVolume(context, ''),
})
