/** Lua that sets `nowMs` to Redis' clock: the only clock by which leases and deadlines are judged. */
export const nowMsLua = `
local time = redis.call('TIME')
local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
local function ms(value) return string.format('%.0f', value) end
`;
