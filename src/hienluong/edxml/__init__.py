"""The wire formats of the document exchange, without Django: edXML as laid down by QCVN 102:2016/BTTTT.

`reader.read_packet` reads any packet tolerantly, `writer.write_packet` writes strictly, `writer.append_trace`
relays the original bytes, `identity` names a packet, `inspect.run_inspect` shows one to a person. The shape on
the wire is the single-file "eDoc" of the national axis (namespace QCVN_102_2016, in use since 2018).
"""
