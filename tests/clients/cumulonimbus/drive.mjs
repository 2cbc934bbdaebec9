// Drives cumulonimbus-wrapper, unchanged, against the server whose API's URL is the first argument, as the user that
// the other two name. Prints what came of each step as one JSON object.
import Cumulonimbus from 'cumulonimbus-wrapper';

const [baseURL, username, password] = process.argv.slice(2);
const client = await Cumulonimbus.login(username, password, false, { baseURL });
const seen = { limits: [] };

async function step(name, promise) {
  const { result, ratelimit } = await promise;
  seen[name] = result;
  seen.limits.push([name, ratelimit]);
  return result;
}

async function refused(name, promise) {
  try {
    await promise;
    seen[name] = 'not refused';
  } catch (error) {
    seen[name] = [error.constructor.name, error.code];
  }
}

await step('self', client.getSelf());
const first = await step('text', client.upload('hello\n'));
const second = await step('bytes', client.upload(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])));
const third = await step('blob', client.upload(new File(['# title\n'], 'notes.md')));
const list = await step('list', client.getSelfFiles({ limit: 2, offset: 0 }));
const ids = (await client.getSelfFiles({})).result.items.map((file) => file.id);
await step('one', client.getSelfFile(ids[0]));
await step('named', client.editSelfFilename(ids[0], 'My notes'));
await step('unnamed', client.deleteSelfFilename(ids[0]));
const changed = await step('extended', client.editSelfFileExtension(ids[0], 'txt'));
await refused('old', client.getSelfFile(ids[0]));
await refused('nameless', client.editSelfFilename(ids[1], undefined));
await refused('staff', client.getAllFiles({}));
await refused('switches', client.getKillSwitches());
await step('deleted', client.deleteSelfFile(changed.id));
await step('several', client.deleteSelfFiles([ids[1], 'nonsense']));
await refused('wrong', client.deleteAllSelfFiles('wrong password'));
await step('all', client.deleteAllSelfFiles(password));
seen.left = (await client.getSelfFiles({})).result;
seen.urls = [first.url, second.url, third.url];
await refused('stranger', new Cumulonimbus('nonsense', { baseURL }).getSelfFiles({}));
console.log(JSON.stringify({ ...seen, ids }));
