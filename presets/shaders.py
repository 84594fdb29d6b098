"""What the graphics library runs for each material; all light is linear until the last line."""

from __future__ import annotations

_VERTEX = """#version 330
in vec3 position; in vec3 normal; in vec3 light; in vec2 uv; in vec3 rest; in vec4 vis; in float keep;
uniform mat4 camera;
out float v_keep; out vec3 v_position; out vec3 v_normal; out vec3 v_light; out vec2 v_uv; out vec3 v_rest; out vec4 v_vis;
void main() {
  v_position = position; v_normal = normal; v_light = light; v_uv = uv; v_rest = rest; v_vis = vis; v_keep = keep;
  gl_Position = camera * vec4(position, 1.0);
}
"""

_COMMON = """#version 330
in vec3 v_position; in vec3 v_normal; in vec3 v_light; in vec2 v_uv; in vec3 v_rest; in vec4 v_vis;
uniform vec3 eye; uniform vec3 axis[4]; uniform vec3 lamp[4];
out vec4 colour;
vec3 shown(vec3 c) {  // straight to 0.42, a soft shoulder above, then sRGB
  c = max(c, 0.0);
  c = mix(c, 0.42 + 0.58 * (1.0 - exp(-(c - 0.42) / 0.58)), step(0.42, c));
  return mix(12.92 * c, 1.055 * pow(c, vec3(1.0 / 2.4)) - 0.055, step(0.0031308, c));
}
float ggx(float nh, float rough) {
  float a = rough * rough; float a2 = a * a; float d = nh * nh * (a2 - 1.0) + 1.0;
  return a2 / (3.14159 * d * d);
}
// Highlights of the four lamps, widened by the lamps' size; Schlick's Fresnel.
vec3 shine(vec3 n, vec3 v, float rough, float f0) {
  vec3 sum = vec3(0.0);
  float nv = max(dot(n, v), 0.05);
  float seen[4] = float[4](v_vis.x, v_vis.y, v_vis.z, v_vis.w);
  for (int k = 0; k < 4; k++) {
    vec3 h = normalize(axis[k] + v);
    float nl = dot(n, axis[k]);
    float wide = clamp(nl * 0.85 + 0.15, 0.0, 1.0);
    float f = f0 + (1.0 - f0) * pow(1.0 - max(dot(h, v), 0.0), 5.0);
    float a = rough * rough * 0.5 + 0.0001;
    float g = 1.0 / (4.0 * mix(max(nl, 0.0), 1.0, a) * mix(nv, 1.0, a) + 0.05);
    sum += lamp[k] * seen[k] * wide * f * ggx(max(dot(n, h), 0.0), rough) * g;
  }
  return sum;
}
vec3 bump(vec3 n, float height) {  // Mikkelsen 2010, height in decimetres
  vec3 dpx = dFdx(v_position), dpy = dFdy(v_position);
  float hx = dFdx(height), hy = dFdy(height);
  vec3 r1 = cross(dpy, n), r2 = cross(n, dpx);
  float det = dot(dpx, r1);
  return normalize(abs(det) * n - sign(det) * (hx * r1 + hy * r2));
}
float hash(vec3 p) { p = fract(p * 0.3183099 + 0.1); p *= 17.0; return fract(p.x * p.y * p.z * (p.x + p.y + p.z)); }
float noise(vec3 x) {
  vec3 i = floor(x), f = fract(x); f = f * f * (3.0 - 2.0 * f);
  return mix(mix(mix(hash(i), hash(i + vec3(1,0,0)), f.x), mix(hash(i + vec3(0,1,0)), hash(i + vec3(1,1,0)), f.x), f.y),
             mix(mix(hash(i + vec3(0,0,1)), hash(i + vec3(1,0,1)), f.x), mix(hash(i + vec3(0,1,1)), hash(i + vec3(1,1,1)), f.x), f.y), f.z);
}
"""

SKIN = (
    _COMMON
    + """
uniform sampler2D albedo;   // rgb: linear colour as sqrt, a: lips
uniform sampler2D detail;   // r: height, g: roughness, b: specular strength
uniform float detail_mm; uniform float gloss;
void main() {
  vec3 n = normalize(gl_FrontFacing ? v_normal : -v_normal);
  vec3 v = normalize(eye - v_position);
  vec4 base = texture(albedo, v_uv); vec3 skin = base.rgb * base.rgb;
  vec4 fine = texture(detail, v_uv);
  vec3 b = bump(n, fine.r * detail_mm * 0.01);
  vec3 key = axis[0];
  // Small relief is blurred most in red: subsurface light (Jimenez 2010, blended normals).
  float flat_key = dot(n, key) * 0.5 + 0.7, rough_key = dot(b, key) * 0.5 + 0.7;
  vec3 relief = mix(vec3(1.0), vec3(rough_key / max(flat_key, 0.1)), vec3(0.35, 0.7, 0.85));
  vec3 lit = skin * v_light * relief;
  float rough = mix(0.50, 0.36, base.a) + (fine.g - 0.5) * 0.30;
  vec3 s = shine(b, v, rough, 0.028) * 0.8;
  vec3 h = normalize(axis[0] + v);
  s += lamp[0] * v_vis.x * ggx(max(dot(b, h), 0.0), rough * 0.52) * 0.028 * 0.25 * (0.12 + 0.45 * base.a) * max(dot(n, axis[0]), 0.0);
  float rim = pow(1.0 - max(dot(n, v), 0.0), 4.0);
  lit += s * fine.b * 2.0 * gloss + rim * v_light * 0.05 * fine.b * 2.0;
  colour = vec4(shown(lit), 1.0);
}
"""
)

CLOTH = (
    _COMMON.replace("#version 330", "#version 400")
    + """
in float v_keep;
uniform sampler2D weave;    // r: height, tiled over v_uv * tiles
uniform float tiles; uniform vec3 tint; uniform float sheen; uniform float weave_mm;
uniform float hem; uniform float gloss;
void main() {
  float cover = clamp(v_keep / max(fwidth(v_keep), 1e-5) + 0.5, 0.0, 1.0);
  if (cover < 0.125) discard;
  gl_SampleMask[0] = (1 << int(cover * 4.0 + 0.5)) - 1;
  vec3 n = normalize(gl_FrontFacing ? v_normal : -v_normal);
  vec3 v = normalize(eye - v_position);
  float w = texture(weave, v_uv * tiles).r;
  float edge = hem > 0.0 ? smoothstep(hem * 1.15, hem * 0.95, v_keep) : 0.0;
  float stitch = hem > 0.0 ? exp(-pow((v_keep - hem) / 0.010, 2.0)) : 0.0;
  vec3 b = bump(n, w * weave_mm * 0.01 + edge * 0.006);
  float flat_key = dot(n, axis[0]) * 0.6 + 0.6, rough_key = dot(b, axis[0]) * 0.6 + 0.6;
  float relief = clamp(rough_key / max(flat_key, 0.1), 0.3, 1.6);
  vec3 base = tint * (0.88 + 0.24 * w) * (1.0 - 0.30 * stitch);
  vec3 lit = base * v_light * relief * mix(1.0, 0.82, smoothstep(0.02, 0.0, v_keep));
  float fuzz = pow(1.0 - max(dot(b, v), 0.0), 3.0);
  lit += sheen * fuzz * v_light * mix(vec3(0.35), base, 0.6) + shine(b, v, mix(0.62, 0.25, gloss), mix(0.03, 0.25, gloss)) * mix(0.20, 1.0, gloss);
  if (!gl_FrontFacing) lit = base * max(v_light * 0.5, vec3(0.17, 0.165, 0.16));
  colour = vec4(shown(lit), 1.0);
}
"""
)

EYE = (
    _COMMON
    + """
uniform sampler2D iris;     // polar: x angle, y radius
uniform mat3 turn[2]; uniform vec3 centre[2]; uniform float ball; uniform float pupil; uniform vec3 sclera;
uniform float iris_radius;
vec3 window(vec3 r) {       // two softboxes as seen in the wet surface
  vec3 k = axis[0]; vec3 u = normalize(cross(vec3(0,1,0), k)), w = cross(k, u);
  float a = dot(r, k); vec2 q = vec2(dot(r, u), dot(r, w)) / max(a, 0.01);
  float box = a > 0.0 ? smoothstep(0.27, 0.21, abs(q.x)) * smoothstep(0.30, 0.24, abs(q.y)) : 0.0;
  vec3 k2 = axis[1]; float a2 = dot(r, k2);
  float second = smoothstep(0.90, 0.96, a2) * 0.16;
  return lamp[0] * box * 2.3 + lamp[1] * second * 3.0 + vec3(0.08) * smoothstep(-0.3, 0.9, r.y);
}
void main() {
  int side = v_rest.x > 0.0 ? 0 : 1;
  mat3 inverse_turn = transpose(turn[side]);
  vec3 n = normalize(v_normal), v = normalize(eye - v_position);
  vec3 p = inverse_turn * (v_position - centre[side]) / ball;     // eye frame, iris towards +z, radius 1
  vec3 lv = inverse_turn * v, ln = inverse_turn * n;
  float r0 = length(p.xy);
  vec3 ray = refract(-lv, ln, 1.0 / 1.336);
  float plane = sqrt(1.0 - iris_radius * iris_radius) - 0.01;
  vec2 q = p.xy;
  if (p.z > plane) { float t = (plane - p.z) / min(ray.z, -0.2); q = p.xy + ray.xy * t; }
  float r = length(q) / iris_radius;
  float angle = atan(q.y, q.x) / 6.28318 + 0.5;
  vec4 fibre = textureLod(iris, vec2(angle, clamp(r, 0.0, 1.0)), 0.0);
  vec3 stroma = fibre.rgb * fibre.rgb;
  // light through the cornea gathers on the side away from the lamp
  vec3 lk = inverse_turn * axis[0];
  float caustic = 0.75 + 0.55 * clamp(dot(normalize(vec3(q, 0.001)), normalize(vec3(-lk.xy, 0.001))) * r, -1.0, 1.0);
  stroma *= caustic;
  stroma = mix(stroma, vec3(0.004), smoothstep(pupil + 0.04, pupil - 0.04, r));
  stroma *= mix(1.0, 0.22, smoothstep(0.80, 1.02, r));
  float white = smoothstep(0.93, 1.07, p.z > 0.0 ? r : 2.0);
  float vein = smoothstep(0.62, 0.9, noise(vec3(p.xy * 9.0 + noise(p * 20.0), p.z * 9.0))) * smoothstep(0.5, 1.0, abs(p.x));
  vec3 ball_colour = sclera * mix(vec3(1.0), vec3(0.95, 0.80, 0.76), clamp(vein * 0.5 + smoothstep(0.55, 1.0, abs(p.x)) * 0.35, 0.0, 1.0));
  vec3 base = mix(stroma, ball_colour, white);
  vec3 lit = base * v_light * mix(1.55, 0.92, white);
  vec3 reflected = reflect(-v, n);
  float f = 0.025 + 0.975 * pow(1.0 - max(dot(n, v), 0.0), 5.0);
  float open = clamp(v_vis.x * 1.4, 0.0, 1.0);
  lit += window(reflected) * max(f, 0.028) * 9.0 * open * mix(1.0, 0.35, white);
  colour = vec4(shown(lit), 1.0);
}
"""
)

WET = (
    _COMMON
    + """
uniform vec3 tint;
void main() {               // v_uv.x: darker towards the gum and the back
  vec3 n = normalize(gl_FrontFacing ? v_normal : -v_normal), v = normalize(eye - v_position);
  float rough_surface = noise(v_rest * vec3(60.0)) ;
  vec3 base = tint * mix(1.0, 0.80, v_uv.x);
  base = mix(base, base * vec3(1.0, 0.93, 0.80), v_uv.y);
  vec3 b = bump(n, rough_surface * 0.0002);
  vec3 lit = base * v_light + shine(b, v, 0.22, 0.03) * 0.35 * min(v_light.g * 1.6, 1.0);
  colour = vec4(shown(lit), 1.0);
}
"""
)

HAIR_VERTEX = """#version 330
in vec3 position; in vec3 tangent; in vec3 light; in vec4 look; in float side;
// look: x tone 0..1, y width in decimetres, z place along 0..1, w shadow inside the hair
uniform mat4 camera; uniform mat4 model; uniform vec3 eye; uniform float pixel;
out vec3 v_position; out vec3 v_tangent; out vec3 v_light; out vec4 v_look; out float v_side;
void main() {
  vec3 place = (model * vec4(position, 1.0)).xyz, along = mat3(model) * tangent;
  vec3 v = normalize(eye - place);
  vec3 across = normalize(cross(along, v) + vec3(1e-6));
  float width = max(look.y * (1.0 - 0.75 * look.z * look.z), pixel);
  vec3 p = place + across * side * width * 0.5;
  v_position = p; v_tangent = along; v_light = light; v_look = look; v_side = side;
  gl_Position = camera * vec4(p, 1.0);
}
"""

HAIR = """#version 330
in vec3 v_position; in vec3 v_tangent; in vec3 v_light; in vec4 v_look; in float v_side;
uniform vec3 eye; uniform vec3 axis[4]; uniform vec3 lamp[4]; uniform vec3 tint; uniform vec3 tint_tip; uniform float gloss;
out vec4 colour;
vec3 shown(vec3 c) {
  c = max(c, 0.0);
  c = mix(c, 0.42 + 0.58 * (1.0 - exp(-(c - 0.42) / 0.58)), step(0.42, c));
  return mix(12.92 * c, 1.055 * pow(c, vec3(1.0 / 2.4)) - 0.055, step(0.0031308, c));
}
void main() {               // Kajiya and Kay 1989 with the two shifted highlights of Scheuermann 2004
  vec3 t = normalize(v_tangent), v = normalize(eye - v_position);
  vec3 base = mix(tint, tint_tip, v_look.z) * (0.55 + 0.9 * v_look.x);
  float inside = v_look.w;
  vec3 lit = base * v_light * 0.85 * inside;
  vec3 n = normalize(cross(t, cross(v, t)));
  for (int k = 0; k < 4; k++) {
    vec3 h = normalize(axis[k] + v);
    float shift = (v_look.x - 0.5) * 0.16;
    float th1 = dot(normalize(t + n * (0.10 + shift)), h), th2 = dot(normalize(t + n * (-0.13 + shift)), h);
    float s1 = pow(max(1.0 - th1 * th1, 0.0), 110.0), s2 = pow(max(1.0 - th2 * th2, 0.0), 26.0);
    float facing = clamp(dot(n, axis[k]) * 0.6 + 0.45, 0.0, 1.0);
    float lamp_seen = k < 2 ? min(v_light.g * 0.8, 1.0) : 0.8 * min(v_light.g * 1.4, 1.0);
    lit += lamp[k] * facing * lamp_seen * inside * gloss * (vec3(0.045) * s1 + base * 0.55 * s2);
  }
  colour = vec4(shown(lit), 1.0);
}
"""

VERTEX = _VERTEX

CARD_VERTEX = """#version 330
in vec3 position; in vec2 uv; uniform mat4 camera; uniform mat4 model; out vec2 v_uv;
void main() { v_uv = uv; gl_Position = camera * model * vec4(position, 1.0); gl_Position.z -= 0.0012 * gl_Position.w; }
"""

CARD = """#version 330
in vec2 v_uv; uniform sampler2D picture; out vec4 colour;
void main() { colour = texture(picture, v_uv); }
"""

BLOCK = """#version 330
out vec4 colour; void main() { colour = vec4(0.0); }
"""
