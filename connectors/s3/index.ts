import { depositConnector, s3Fields, s3Volume } from '#core'

export default depositConnector({
  id: 's3',
  version: 1,
  label: 'Dépôt S3',
  pastell: ['depot-s3'],
  pace: { concurrency: 2 },
  config: s3Fields('depot_s3'),
  volume: context => s3Volume(context),
})
